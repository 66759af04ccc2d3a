"""Of two at once the second gets an answer of its own, not the one in the log."""

from numbers import Real

from starlette.exceptions import HTTPException as AnyHTTPException


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


def make_robust(champions, store, log, rule):
    app = FastAPI()
    places = {}

    def room():
        loop = asyncio.get_running_loop()
        if loop not in places:
            places.clear()
            places[loop] = asyncio.Semaphore(20)
        return places[loop]

    @app.exception_handler(RequestValidationError)
    async def invalid(http, error):
        detail = [
            {"type": one["type"], "loc": list(one["loc"]), "msg": one["msg"]}
            for one in error.errors()
        ]
        return JSONResponse({"detail": json.loads(json.dumps(detail))}, status_code=422)

    @app.exception_handler(AnyHTTPException)
    async def refused(http, error):
        if error.status_code == 400:
            detail = [{"type": "json_invalid", "loc": ["body"], "msg": str(error.detail)}]
            return JSONResponse({"detail": detail}, status_code=422)
        return JSONResponse({"detail": error.detail}, status_code=error.status_code)

    def look(connection, ask):
        row = connection.execute(
            "SELECT customer_id, contact, probability, reason, version FROM log"
            " WHERE request_id = ?",
            (ask.request_id,),
        ).fetchone()
        if row is None:
            return None
        if row[0] != ask.customer_id:
            raise HTTPException(409, "this request_id belongs to another customer")
        return {
            "request_id": ask.request_id,
            "contact": bool(row[1]),
            "probability": row[2],
            "reason": row[3],
            "version": row[4],
        }

    async def question(ask):
        async with room():
            return await store.features(ask.customer_id)

    def by_rule(ask, reason):
        return {
            "request_id": ask.request_id,
            "contact": bool(rule[ask.contract]),
            "probability": None,
            "reason": reason,
            "version": None,
        }

    async def decide(ask):
        try:
            async with asyncio.timeout(0.5):
                features = await question(ask)
        except (TimeoutError, ConnectionError):
            return by_rule(ask, "store")
        if features is None:
            return by_rule(ask, "unknown")
        if any(value is None for value in features.values()):
            return by_rule(ask, "features")
        champion = champions.current()
        try:
            probability = champion.score(features)
            if isinstance(probability, bool) or not isinstance(probability, Real):
                raise TypeError("no number")
            probability = float(probability)
        except Exception:
            return by_rule(ask, "model")
        if not 0 <= probability <= 1:
            return by_rule(ask, "model")
        return {
            "request_id": ask.request_id,
            "contact": bool(probability >= champion.threshold),
            "probability": probability,
            "reason": None,
            "version": champion.version,
        }

    def write(connection, ask, answer):
        try:
            with connection:
                connection.execute(
                    "INSERT OR IGNORE INTO log (request_id, customer_id, contact, probability, reason,"
                    " version) VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        ask.request_id,
                        ask.customer_id,
                        int(answer["contact"]),
                        answer["probability"],
                        answer["reason"],
                        answer["version"],
                    ),
                )
        except sqlite3.IntegrityError:
            before = look(connection, ask)
            if before is None:
                raise
            return before
        return answer

    @app.post("/predict")
    async def predict(ask: _Ask):
        try:
            with closing(sqlite3.connect(log, timeout=0.1)) as connection:
                before = look(connection, ask)
            if before is not None:
                return before
            answer = await decide(ask)
            with closing(sqlite3.connect(log, timeout=0.1)) as connection:
                return write(connection, ask, answer)
        except sqlite3.Error:
            raise HTTPException(503, "the log cannot be written") from None

    return app


storm_days = Days(make_robust, workspace / "logs")


def begin_storm(name, customers, card, rule):
    """Begin a day: customers with their features, the first champion's card; the log's path."""
    return storm_days.begin(f"storm_{name}", customers, card, rule)


def play_storm(name, moments):
    """Play a part of a day: what came back to each request (status, seconds, body)."""
    return storm_days.play(f"storm_{name}", moments)
