"""One request after the other."""


def make_service(champions, store, log, rule):
    app = FastAPI()
    Request = request_model()
    lock = asyncio.Lock()

    @app.post("/predict")
    async def predict(request: Request):
        probability = reason = version = None
        contact = rule[request.contract]
        try:
            async with lock:
                features = await store.features(request.customer_id)
        except ConnectionError:
            reason = "store"
        else:
            if features is None:
                reason = "unknown"
            else:
                champion = champions.current()
                probability, version = champion.score(features), champion.version
                contact = probability >= champion.threshold
        row = (request.request_id, request.customer_id, contact, probability, reason, version)
        with closing(sqlite3.connect(log)) as connection, connection:
            connection.execute("insert into log values (?, ?, ?, ?, ?, ?)", row)
        return {
            "request_id": request.request_id,
            "contact": contact,
            "probability": probability,
            "reason": reason,
            "version": version,
        }

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
