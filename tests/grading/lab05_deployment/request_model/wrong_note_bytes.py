"""A note has at most 200 bytes."""


def request_model():
    class Request(BaseModel):
        model_config = ConfigDict(strict=True, extra="forbid")

        request_id: str = Field(pattern=r"^r-[0-9]{6}$")
        customer_id: str = Field(pattern=r"^[0-9]{4}-[A-Z]{5}$")
        contract: Literal["Month-to-month", "One year", "Two year"]
        monthly_charges: float = Field(ge=15, le=130, allow_inf_nan=False)
        months_left: int = Field(ge=0, le=24)
        note: str | None = None

        @field_validator("note")
        @classmethod
        def short(cls, value):
            if value is not None and len(value.encode()) > 200:
                raise ValueError("long")
            return value

        @field_validator("monthly_charges")
        @classmethod
        def in_steps(cls, value: float) -> float:
            if abs(value - round(value / 0.05) * 0.05) > 1e-6:
                raise ValueError("should be a whole multiple of 0.05")
            return value

        @field_validator("months_left")
        @classmethod
        def fits_the_contract(cls, value: int, info: ValidationInfo) -> int:
            allowed = {"Month-to-month": (0, 0), "One year": (1, 12), "Two year": (1, 24)}
            low, high = allowed.get(info.data.get("contract"), (0, 24))
            if not low <= value <= high:
                raise ValueError(f"should lie between {low} and {high} with this contract")
            return value

    return Request


def parse(text):
    """The request as a dict, and the fields that break a rule."""
    try:
        request = request_model().model_validate_json(text)
    except ValidationError as error:
        named = {str(one["loc"][0]) if one["loc"] else "" for one in error.errors()}
        return {"request": None, "fields": sorted(named)}
    return {"request": request.model_dump(), "fields": []}
