"""The service of Task 4."""


def make_robust(champions, store, log, rule):
    app = FastAPI()
    Request = request_model()

    @app.post("/predict")
    async def predict(request: Request):
        probability = reason = version = None
        contact = rule[request.contract]
        try:
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


storm_days = Days(make_robust, workspace / "logs")


def begin_storm(name, customers, card, rule):
    """Begin a day: customers with their features, the first champion's card; the log's path."""
    return storm_days.begin(f"storm_{name}", customers, card, rule)


def play_storm(name, moments):
    """Play a part of a day: what came back to each request."""
    return storm_days.play(f"storm_{name}", moments)
