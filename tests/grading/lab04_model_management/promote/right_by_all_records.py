"""Reads all records of the model and follows them from the first to the last."""

import mlflow.exceptions


def _history(client, name):
    found = []
    for one in client.search_model_versions(f"name='{name}'"):
        for key, text in one.tags.items():
            if key.startswith("audit."):
                found.append((int(key[len("audit.") :]), json.loads(text)))
    return sorted(found, key=lambda pair: pair[0])


def _before(client, name, version):
    before = None
    for _, one in _history(client, name):
        if one["action"] == "promote" and one["version"] == version:
            before = one["replaced"]
    return before


def _champion(client, name):
    try:
        return str(client.get_model_version_by_alias(name, "champion").version)
    except mlflow.exceptions.MlflowException:
        return None


def _write(client, name, record):
    history = _history(client, name)
    number = history[-1][0] + 1 if history else 1
    version = record["version"]
    client.set_model_version_tag(name, version, "audit." + str(number).zfill(4), json.dumps(record))
    before = _before(client, name, version)
    try:
        client.delete_registered_model_alias(name, "previous")
    except mlflow.exceptions.MlflowException:
        pass
    if before:
        client.set_registered_model_alias(name, "previous", before)
    client.set_registered_model_alias(name, "champion", version)
    return record


def promote(name, version, who, why, when):
    client = MlflowClient()
    if who.strip() == "" or why.strip() == "":
        raise ValueError("who and why?")
    try:
        tags = client.get_model_version(name, version).tags
    except mlflow.exceptions.MlflowException:
        raise ValueError("no such version") from None
    old = _champion(client, name)
    trainer = (tags.get("trained_by") or "").strip().lower()
    problems = [
        old == version,
        tags.get("gate", "") != "passed",
        tags.get("gate.champion", "") != ("none" if old is None else old),
        trainer == "",
        trainer == who.strip().lower(),
    ]
    if any(problems):
        raise ValueError("refused")
    record = dict(action="promote", version=version, replaced=old, who=who, why=why, when=when)
    return _write(client, name, record)


def rollback(name, who, why, when):
    client = MlflowClient()
    old = _champion(client, name)
    if not (who.strip() and why.strip()) or old is None:
        raise ValueError("refused")
    target = _before(client, name, old)
    if target is None:
        raise ValueError("no way back")
    record = dict(action="rollback", version=target, replaced=old, who=who, why=why, when=when)
    return _write(client, name, record)


def rehearse(name, versions, requests):
    """Make requests of a model, one after the other; what each returned, or that it was refused.

    versions: the tags of version 1, 2, … of the model, which is registered anew, the last one with
    the alias challenger; None to go on with the model as it is. requests: the arguments, by name, and "do": "promote" or "rollback".
    """
    client = MlflowClient()
    if versions is not None:
        if client.search_registered_models(f"name = '{name}'"):
            client.delete_registered_model(name)
        client.create_registered_model(name)
        for tags in versions:
            client.create_model_version(name, "file:///models/any", tags=tags)
        client.set_registered_model_alias(name, "challenger", str(len(versions)))
    results = []
    for request in requests:
        arguments = {key: value for key, value in request.items() if key != "do"}
        try:
            function = promote if request["do"] == "promote" else rollback
            results.append(function(name, **arguments))
        except ValueError:
            results.append("refused")
    return {"database": str(workspace / "mlflow.db"), "results": results}


my_requests = [
    {"do": "promote", "version": "1", "who": "Ada", "why": "first", "when": "2024-03-01T09:00Z"},
    {"do": "promote", "version": "2", "who": "Ada", "why": "better", "when": "2024-04-02T09:00Z"},
    {"do": "rollback", "who": "Alan", "why": "complaints", "when": "2024-04-03T02:10Z"},
]
my_versions = [
    {"trained_by": "Grace", "gate": "passed", "gate.champion": "none"},
    {"trained_by": "Alan", "gate": "passed", "gate.champion": "1"},
]
rehearse("mine", my_versions, my_requests)
