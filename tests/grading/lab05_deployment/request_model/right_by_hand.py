"""Every rule as a function of its own, with regular expressions of Python."""


def request_model():
    class Asked(BaseModel):
        model_config = ConfigDict(extra="forbid")
        request_id: Any
        customer_id: Any
        contract: Any
        monthly_charges: Any
        months_left: Any
        note: Any = None

        @field_validator("request_id", "customer_id", "note")
        @classmethod
        def texts(cls, value, info):
            if value is None and info.field_name == "note":
                return value
            patterns = {
                "request_id": "r-[0-9]{6}",
                "customer_id": "[0-9]{4}-[A-Z]{5}",
                "note": "(?s).{0,200}",
            }
            if type(value) is not str or not re.fullmatch(patterns[info.field_name], value):
                raise ValueError("is not right")
            return value

        @field_validator("contract")
        @classmethod
        def contracts(cls, value):
            if value not in ("Month-to-month", "One year", "Two year"):
                raise ValueError("no contract")
            return value

        @field_validator("monthly_charges")
        @classmethod
        def charges(cls, value):
            if type(value) not in (int, float) or not 15 <= value <= 130:
                raise ValueError("no charges")
            if abs(round(value * 20) / 20 - value) > 1e-6:
                raise ValueError("no multiple")
            return float(value)

        @field_validator("months_left")
        @classmethod
        def months(cls, value, info):
            if type(value) is not int or not 0 <= value <= 24:
                raise ValueError("no months")
            contract = info.data.get("contract")
            if contract == "Month-to-month" and value != 0:
                raise ValueError("month to month")
            if contract in ("One year", "Two year") and value == 0:
                raise ValueError("none left")
            if contract == "One year" and value > 12:
                raise ValueError("more than a year")
            return value

    return Asked


def parse(text):
    """The request as a dict, and the fields that break a rule."""
    try:
        request = request_model().model_validate_json(text)
    except ValidationError as error:
        named = {str(one["loc"][0]) if one["loc"] else "" for one in error.errors()}
        return {"request": None, "fields": sorted(named)}
    return {"request": request.model_dump(), "fields": []}
