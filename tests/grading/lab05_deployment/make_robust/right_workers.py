"""A queue and twenty workers ask the store; the body is read by hand."""


def make_robust(champions, store, log, rule):
    app = FastAPI()
    Asked = request_model()
    questions = asyncio.Queue()
    workers = []

    async def work():
        while True:
            customer, answer = await questions.get()
            if answer.done():
                continue
            asking = asyncio.ensure_future(store.features(customer))
            answer.add_done_callback(lambda _, asking=asking: asking.cancel())
            try:
                features = await asking
            except ConnectionError as error:
                if not answer.done():
                    answer.set_exception(error)
            except asyncio.CancelledError:
                if not answer.done():
                    raise
            else:
                if not answer.done():
                    answer.set_result(features)

    async def ask_store(customer):
        if not workers:
            workers.extend(asyncio.ensure_future(work()) for _ in range(20))
        answer = asyncio.get_running_loop().create_future()
        questions.put_nowait((customer, answer))
        return await asyncio.wait_for(answer, 0.5)

    async def decision(asked):
        fallen = {
            "contact": rule[asked.contract],
            "probability": None,
            "reason": None,
            "version": None,
        }
        try:
            features = await ask_store(asked.customer_id)
        except (asyncio.TimeoutError, ConnectionError):
            return fallen | {"reason": "store"}
        if features is None:
            return fallen | {"reason": "unknown"}
        if None in list(features.values()):
            return fallen | {"reason": "features"}
        model = champions.current()
        try:
            p = model.score(features)
            good = p >= 0 and p <= 1
        except Exception:
            good = False
        if not good:
            return fallen | {"reason": "model"}
        return {
            "contact": p >= model.threshold,
            "probability": p,
            "reason": None,
            "version": model.version,
        }

    @app.post("/predict")
    async def predict(http: HttpRequest):
        try:
            asked = Asked.model_validate_json(await http.body())
        except ValidationError as error:
            faults = [
                {"loc": ["body", *e["loc"]], "msg": e["msg"]}
                for e in error.errors(include_input=False)
            ]
            return JSONResponse({"detail": faults}, 422)
        said = await decision(asked)
        try:
            with closing(sqlite3.connect(log)) as book:
                with book:
                    if not book.execute(
                        "select 1 from log where request_id = ?", (asked.request_id,)
                    ).fetchone():
                        book.execute(
                            "insert into log values (?, ?, ?, ?, ?, ?)",
                            (
                                asked.request_id,
                                asked.customer_id,
                                int(said["contact"]),
                                said["probability"],
                                said["reason"],
                                said["version"],
                            ),
                        )
                old = book.execute(
                    "select * from log where request_id = ?", (asked.request_id,)
                ).fetchone()
        except sqlite3.Error as error:
            return JSONResponse({"detail": str(error)}, 503)
        if old[1] != asked.customer_id:
            return JSONResponse({"detail": "this number was used"}, 409)
        return JSONResponse(
            {
                "request_id": old[0],
                "contact": old[2] == 1,
                "probability": old[3],
                "reason": old[4],
                "version": old[5],
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
