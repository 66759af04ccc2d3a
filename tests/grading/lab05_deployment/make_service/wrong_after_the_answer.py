"""The row is written in a background task, after the answer."""

from fastapi import BackgroundTasks


class _Ask(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    request_id: Annotated[str, Field(pattern=r"^r-[0-9]{6}$")]
    customer_id: Annotated[str, Field(pattern=r"^[0-9]{4}-[A-Z]{5}$")]
    contract: Literal["Month-to-month", "One year", "Two year"]
    monthly_charges: Annotated[float, Field(ge=15, le=130, allow_inf_nan=False)]
    months_left: Annotated[int, Field(ge=0, le=24)]
    note: Annotated[str, Field(max_length=200)] | None = None

    @field_validator("monthly_charges")
    @classmethod
    def _steps(cls, value):
        if abs(value - round(value / 0.05) * 0.05) > 1e-6:
            raise ValueError("no multiple of 0.05")
        return value

    @field_validator("months_left")
    @classmethod
    def _fits(cls, value, info: ValidationInfo):
        limits = {"Month-to-month": (0, 0), "One year": (1, 12), "Two year": (1, 24)}
        low, high = limits.get(info.data.get("contract"), (0, 24))
        if not low <= value <= high:
            raise ValueError("does not fit the contract")
        return value


def make_service(champions, store, log, rule):
    app = FastAPI()

    @app.exception_handler(RequestValidationError)
    async def invalid(http, error):
        detail = [
            {"type": one["type"], "loc": list(one["loc"]), "msg": one["msg"]}
            for one in error.errors()
        ]
        return JSONResponse({"detail": detail}, status_code=422)

    def record(request, answer):
        with closing(sqlite3.connect(log)) as connection, connection:
            connection.execute(
                "INSERT INTO log (request_id, customer_id, contact, probability, reason, version)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    request.request_id,
                    request.customer_id,
                    int(answer["contact"]),
                    answer["probability"],
                    answer["reason"],
                    answer["version"],
                ),
            )

    @app.post("/predict")
    async def predict(request: _Ask, later: BackgroundTasks):
        answer = {
            "request_id": request.request_id,
            "contact": bool(rule[request.contract]),
            "probability": None,
            "reason": None,
            "version": None,
        }
        try:
            features = await store.features(request.customer_id)
        except ConnectionError:
            answer["reason"] = "store"
        else:
            if features is None:
                answer["reason"] = "unknown"
            else:
                champion = champions.current()
                probability = float(champion.score(features))
                answer["contact"] = bool(probability >= champion.threshold)
                answer["probability"] = probability
                answer["version"] = champion.version
        later.add_task(record, request, answer)
        return answer

    return app


my_days = Days(make_service, workspace / "logs")


def begin(name, customers, card, rule):
    """Begin a day: customers with their features, the first champion's card; the log's path."""
    return my_days.begin(name, customers, card, rule)


def play(name, moments):
    """Play a part of a day: what came back to each request (status, seconds, body)."""
    return my_days.play(name, moments)
