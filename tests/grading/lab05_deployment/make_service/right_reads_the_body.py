"""Reads the body itself, and answers 422 in FastAPI's form."""


def make_service(champions, store, log, rule):
    service = FastAPI()
    model = request_model()

    def write(row):
        connection = sqlite3.connect(log)
        connection.execute("insert into log values (?, ?, ?, ?, ?, ?)", row)
        connection.commit()
        connection.close()

    @service.post("/predict")
    async def predict(http: HttpRequest):
        try:
            asked = model.model_validate_json(await http.body())
        except ValidationError as error:
            faults = [
                {"type": e["type"], "loc": ["body", *e["loc"]], "msg": e["msg"]}
                for e in error.errors()
            ]
            return JSONResponse({"detail": faults}, status_code=422)
        said = {"request_id": asked.request_id, "contact": rule[asked.contract]}
        said |= {"probability": None, "reason": None, "version": None}
        try:
            features = await store.features(asked.customer_id)
            if features is None:
                raise LookupError(asked.customer_id)
        except ConnectionError:
            said["reason"] = "store"
        except LookupError:
            said["reason"] = "unknown"
        else:
            champion = champions.current()
            said["probability"] = champion.score(features)
            said["contact"] = said["probability"] >= champion.threshold
            said["version"] = champion.version
        write(
            (
                asked.request_id,
                asked.customer_id,
                int(said["contact"]),
                said["probability"],
                said["reason"],
                said["version"],
            )
        )
        return said

    return service


my_days = Days(make_service, workspace / "logs")


def begin(name, customers, card, rule):
    """Begin a day: customers with their features, the first champion's card; the log's path."""
    return my_days.begin(name, customers, card, rule)


def play(name, moments):
    """Play a part of a day: what came back to each request.

    A dict for each: status, seconds, body, and whether it was recorded in the log when it left.
    """
    return my_days.play(name, moments)
