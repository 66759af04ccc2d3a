"""Looks into the log first; one budget for everything by asyncio.timeout; a connection for the service."""


def make_robust(champions, store, log, rule):
    app = FastAPI()
    Asked = request_model()
    turn = asyncio.BoundedSemaphore(20)
    book = sqlite3.connect(log, isolation_level=None)
    names = ("request_id", "customer_id", "contact", "probability", "reason", "version")

    def found(key):
        row = book.execute(
            f"select {', '.join(names)} from log where request_id = ?", (key,)
        ).fetchone()
        return dict(zip(names, row)) if row else None

    async def features_or_reason(customer):
        try:
            async with asyncio.timeout(0.49), turn:
                features = await store.features(customer)
        except (TimeoutError, ConnectionError):
            return None, "store"
        if features is None:
            return None, "unknown"
        if any(value is None for value in features.values()):
            return None, "features"
        return features, None

    def by_model(features):
        champion = champions.current()
        try:
            p = float(champion.score(features))
        except Exception:
            return None
        if math.isnan(p) or p < 0 or p > 1:
            return None
        return {"contact": p >= champion.threshold, "probability": p, "version": champion.version}

    @app.exception_handler(RequestValidationError)
    async def bad(http, error):
        detail = [{"loc": list(e["loc"]), "msg": str(e["msg"])} for e in error.errors()]
        return JSONResponse(status_code=422, content={"detail": detail})

    @app.post("/predict")
    async def predict(asked: Asked):
        said = found(asked.request_id)
        if said is None:
            features, reason = await features_or_reason(asked.customer_id)
            told = by_model(features) if reason is None else None
            if told is None:
                told = {"contact": rule[asked.contract], "probability": None, "version": None}
                told["reason"] = reason or "model"
            row = {
                "request_id": asked.request_id,
                "customer_id": asked.customer_id,
                "reason": None,
            } | told
            try:
                book.execute(
                    "insert into log values (:request_id, :customer_id, :contact, :probability, :reason, :version)"
                    " on conflict do nothing",
                    row,
                )
            except sqlite3.Error:
                return JSONResponse(status_code=503, content={"detail": "no log"})
            said = found(asked.request_id)
        if said.pop("customer_id") != asked.customer_id:
            return JSONResponse(status_code=409, content={"detail": "another customer"})
        return said | {"contact": bool(said["contact"])}

    return app


storm_days = Days(make_robust, workspace / "logs")


def begin_storm(name, customers, card, rule):
    """Begin a day: customers with their features, the first champion's card; the log's path."""
    return storm_days.begin(f"storm_{name}", customers, card, rule)


def play_storm(name, moments):
    """Play a part of a day: what came back to each request."""
    return storm_days.play(f"storm_{name}", moments)
