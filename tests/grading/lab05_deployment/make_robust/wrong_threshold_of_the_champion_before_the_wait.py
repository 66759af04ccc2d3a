"""The threshold is that of the champion before the wait, the score that of the one after it."""

import numbers as _numbers


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


def make_robust(champions, store, log, rule):
    Ask = _prediction_request()
    app = FastAPI()
    turns = {}

    def seats():
        """Twenty seats at the store (a semaphore belongs to one event loop)."""
        loop = asyncio.get_running_loop()
        if turns.get("loop") is not loop:
            turns.update(loop=loop, seats=asyncio.Semaphore(20))
        return turns["seats"]

    def look(con, request_id):
        return con.execute(
            "SELECT customer_id, contact, probability, reason, version FROM log "
            "WHERE request_id = ?",
            (request_id,),
        ).fetchone()

    def known(request_id):
        with closing(sqlite3.connect(log, timeout=0.2)) as con:
            return look(con, request_id)

    def record(ask, answer):
        """Write the answer, if there is none yet; what is in the log then."""
        with closing(sqlite3.connect(log, timeout=0.2)) as con:
            row = look(con, ask.request_id)
            if row is None:
                row = (ask.customer_id, *answer)
                try:
                    with con:
                        con.execute(
                            "INSERT INTO log "
                            "(request_id, customer_id, contact, probability, reason, version) "
                            "VALUES (?, ?, ?, ?, ?, ?)",
                            (ask.request_id, *row),
                        )
                except sqlite3.IntegrityError:
                    row = look(con, ask.request_id)
                    if row is None:
                        raise
            return row

    def by_rule(ask, reason):
        return int(bool(rule[ask.contract])), None, reason, None

    async def question(customer_id):
        async with seats():
            return await store.features(customer_id)

    async def decide(ask, deadline):
        threshold = champions.current().threshold
        left = deadline - asyncio.get_running_loop().time()
        try:
            features = await asyncio.wait_for(question(ask.customer_id), left)
        except Exception:
            return by_rule(ask, "store")
        if features is None:
            return by_rule(ask, "unknown")
        if any(value is None for value in features.values()):
            return by_rule(ask, "features")
        try:
            champion = champions.current()
            p = champion.score(features)
            version = champion.version
        except Exception:
            return by_rule(ask, "model")
        if isinstance(p, bool) or not isinstance(p, _numbers.Real) or not 0 <= p <= 1:
            return by_rule(ask, "model")
        return int(bool(p >= threshold)), float(p), None, version

    @app.post("/predict")
    async def predict(http: HttpRequest):
        deadline = asyncio.get_running_loop().time() + 0.5
        try:
            ask = Ask.model_validate_json(await http.body())
        except ValidationError as error:
            detail = [
                {"type": one["type"], "loc": ["body", *one["loc"]], "msg": one["msg"]}
                for one in error.errors()
            ]
            return JSONResponse({"detail": detail}, status_code=422)
        try:
            row = known(ask.request_id)
            if row is None:
                answer = await decide(ask, deadline)
                row = record(ask, answer)
        except sqlite3.Error:
            return JSONResponse({"detail": "the log cannot be written"}, status_code=503)
        customer_id, contact, probability, reason, version = row
        if customer_id != ask.customer_id:
            return JSONResponse({"detail": "request_id of another customer"}, status_code=409)
        return JSONResponse(
            {
                "request_id": ask.request_id,
                "contact": bool(contact),
                "probability": probability,
                "reason": reason,
                "version": version,
            }
        )

    return app


storm_days = Days(make_robust, workspace / "logs")


def begin_storm(name, customers, card, rule):
    """Begin a day: customers with their features, the first champion's card; the log's path."""
    return storm_days.begin(f"storm_{name}", customers, card, rule)


def play_storm(name, moments):
    """Play a part of a day: what came back to each request."""
    return storm_days.play(f"storm_{name}", moments)
