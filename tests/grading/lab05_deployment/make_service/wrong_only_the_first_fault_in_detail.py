"""Only the first fault of a bad request is named."""


def _prediction_request():
    class Ask(BaseModel):
        model_config = ConfigDict(extra="forbid")

        request_id: str = Field(pattern=r"^r-[0-9]{6}$")
        customer_id: str = Field(pattern=r"^[0-9]{4}-[A-Z]{5}$")
        contract: Literal["Month-to-month", "One year", "Two year"]
        monthly_charges: float = Field(strict=True, ge=15, le=130, allow_inf_nan=False)
        months_left: int = Field(strict=True, ge=0, le=24)
        note: str | None = Field(default=None, max_length=200)

        @field_validator("monthly_charges")
        @classmethod
        def in_steps(cls, value):
            if abs(value - 0.05 * round(value / 0.05)) > 1e-6:
                raise ValueError("not a multiple of 0.05")
            return value

        @field_validator("months_left")
        @classmethod
        def fits_the_contract(cls, value, info: ValidationInfo):
            limits = {"Month-to-month": (0, 0), "One year": (1, 12), "Two year": (1, 24)}
            low, high = limits.get(info.data.get("contract"), (0, 24))
            if not low <= value <= high:
                raise ValueError(f"not from {low} to {high}")
            return value

    return Ask


def make_service(champions, store, log, rule):
    Ask = _prediction_request()
    app = FastAPI()

    async def look_up(customer_id):
        """The customer's features, or None and the reason why not."""
        try:
            features = await store.features(customer_id)
        except ConnectionError:
            return None, "store"
        return features, ("unknown" if features is None else None)

    def by_model(features):
        champion = champions.current()
        p = float(champion.score(features))
        return bool(p >= champion.threshold), p, None, champion.version

    @app.post("/predict")
    async def predict(http: HttpRequest):
        try:
            ask = Ask.model_validate_json(await http.body())
        except ValidationError as error:
            faults = [
                {"type": one["type"], "loc": ["body", *one["loc"]], "msg": one["msg"]}
                for one in error.errors()
            ]
            return JSONResponse({"detail": faults[:1]}, status_code=422)
        features, reason = await look_up(ask.customer_id)
        if reason is None:
            contact, p, reason, version = by_model(features)
        else:
            contact, p, version = bool(rule[ask.contract]), None, None
        con = sqlite3.connect(log)
        try:
            con.execute(
                "INSERT INTO log (request_id, customer_id, contact, probability, reason, version) "
                "VALUES (:r, :c, :contact, :p, :reason, :version)",
                {
                    "r": ask.request_id,
                    "c": ask.customer_id,
                    "contact": int(contact),
                    "p": p,
                    "reason": reason,
                    "version": version,
                },
            )
            con.commit()
        finally:
            con.close()
        return JSONResponse(
            {
                "request_id": ask.request_id,
                "contact": contact,
                "probability": p,
                "reason": reason,
                "version": version,
            }
        )

    return app


my_days = Days(make_service, workspace / "logs")


def begin(name, customers, card, rule):
    """Begin a day: customers with their features, the first champion's card; the log's path."""
    return my_days.begin(name, customers, card, rule)


def play(name, moments):
    """Play a part of a day: what came back to each request.

    A dict for each: status, seconds, body, and whether it was recorded in the log when it left.
    """
    return my_days.play(name, moments)
