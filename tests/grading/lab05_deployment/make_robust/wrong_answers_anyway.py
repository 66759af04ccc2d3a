"""An answer is given though it cannot be recorded."""


def make_robust(champions, store, log, rule):
    app = FastAPI()
    Request = request_model()
    places = asyncio.Semaphore(20)

    @app.exception_handler(RequestValidationError)
    async def refuse(_: HttpRequest, error: RequestValidationError) -> JSONResponse:
        kept = [{key: one[key] for key in ("type", "loc", "msg")} for one in error.errors()]
        return JSONResponse({"detail": kept}, status_code=422)

    async def features_of(customer):
        async with places:
            return await store.features(customer)

    async def decide(request):
        try:
            features = await asyncio.wait_for(features_of(request.customer_id), 0.5)
        except (ConnectionError, TimeoutError):
            return rule[request.contract], None, "store", None
        if features is None:
            return rule[request.contract], None, "unknown", None
        if None in features.values():
            return rule[request.contract], None, "features", None
        champion = champions.current()
        try:
            probability = champion.score(features)
            if not 0 <= probability <= 1:
                raise ValueError(f"{probability} is no probability")
        except Exception:  # whatever is wrong with the model, the customer gets an answer
            return rule[request.contract], None, "model", None
        return probability >= champion.threshold, probability, None, champion.version

    @app.post("/predict")
    async def predict(request: Request):
        key = request.request_id
        row = (key, request.customer_id, *await decide(request))
        try:
            with closing(sqlite3.connect(log)) as connection, connection:
                # A request that came before has its row: it stays, and is the answer.
                connection.execute("insert or ignore into log values (?, ?, ?, ?, ?, ?)", row)
                kept = connection.execute("select * from log where request_id = ?", (key,))
                _, customer, contact, probability, reason, version = kept.fetchone()
        except sqlite3.Error:
            _, customer, contact, probability, reason, version = row
        if customer != request.customer_id:
            raise HTTPException(409, "this request_id belongs to another customer")
        return {
            "request_id": key,
            "contact": bool(contact),
            "probability": probability,
            "reason": reason,
            "version": version,
        }

    return app


storm_days = Days(make_robust, workspace / "logs")


def begin_storm(name, customers, card, rule):
    """Begin a day: customers with their features, the first champion's card; the log's path."""
    return storm_days.begin(f"storm_{name}", customers, card, rule)


def play_storm(name, moments):
    """Play a part of a day: what came back to each request."""
    return storm_days.play(f"storm_{name}", moments)
