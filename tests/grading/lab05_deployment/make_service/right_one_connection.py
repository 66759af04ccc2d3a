"""One connection for the service, functions beside the route, Pydantic's answer model."""


class Answer(BaseModel):
    request_id: str
    contact: bool
    probability: float | None = None
    reason: str | None = None
    version: str | None = None


async def look(store, customer):
    try:
        return await store.features(customer), None
    except ConnectionError:
        return None, "store"


def make_service(champions, store, log, rule):
    app = FastAPI(title="churn")
    book = sqlite3.connect(log, isolation_level=None, check_same_thread=False)
    Asked = request_model()

    @app.post("/predict", response_model=Answer)
    async def predict(asked: Asked):
        features, reason = await look(store, asked.customer_id)
        if reason is None and features is None:
            reason = "unknown"
        if reason:
            answer = Answer(
                request_id=asked.request_id, contact=rule[asked.contract], reason=reason
            )
        else:
            now = champions.current()
            p = now.score(features)
            answer = Answer(
                request_id=asked.request_id,
                contact=p >= now.threshold,
                probability=p,
                version=now.version,
            )
        values = {"customer_id": asked.customer_id} | answer.model_dump()
        book.execute(
            "insert into log (request_id, customer_id, contact, probability, reason, version) "
            "values (:request_id, :customer_id, :contact, :probability, :reason, :version)",
            values,
        )
        return answer

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
