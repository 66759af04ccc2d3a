"""The months are looked at last, and the whole request is blamed."""


def request_model():
    class Request(BaseModel):
        model_config = ConfigDict(strict=True, extra="forbid")
        request_id: Annotated[str, Field(pattern=r"^r-[0-9]{6}$")]
        customer_id: Annotated[str, Field(pattern=r"^[0-9]{4}-[A-Z]{5}$")]
        contract: Literal["Month-to-month", "One year", "Two year"]
        monthly_charges: Annotated[float, Field(ge=15, le=130)]
        months_left: Annotated[int, Field(ge=0, le=24)]
        note: Annotated[str, Field(max_length=200)] | None = None

        @model_validator(mode="after")
        def check(self):
            if abs(self.monthly_charges * 20 - round(self.monthly_charges * 20)) > 2e-5:
                raise ValueError("charges")
            low, high = {"Month-to-month": (0, 0), "One year": (1, 12), "Two year": (1, 24)}[
                self.contract
            ]
            if not low <= self.months_left <= high:
                raise ValueError("months")
            return self

    return Request


def parse(text):
    """The request as a dict, and the fields that break a rule."""
    try:
        request = request_model().model_validate_json(text)
    except ValidationError as error:
        named = {str(one["loc"][0]) if one["loc"] else "" for one in error.errors()}
        return {"request": None, "fields": sorted(named)}
    return {"request": request.model_dump(), "fields": []}
