"""Leaves the alias previous where it was."""


def promote(name, version, who, why, when):
    client = MlflowClient()
    champion, versions = _state(client, name)
    if not who.strip() or not why.strip():
        raise ValueError("say who promotes, and why")
    if version not in versions:
        raise ValueError(f"there is no version {version}")
    if version == champion:
        raise ValueError(f"version {version} is the champion already")
    tags = versions[version]
    if tags.get("gate") != "passed" or tags.get("gate.champion") != (champion or "none"):
        raise ValueError(f"version {version} has not passed the gate against this champion")
    trainer = tags.get("trained_by", "").strip().casefold()
    if trainer in ("", who.strip().casefold()):
        raise ValueError("somebody else than who trained it has to promote it")
    return _move(client, name, versions, "promote", version, champion, champion, who, why, when)


def rollback(name, who, why, when):
    client = MlflowClient()
    champion, versions = _state(client, name)
    if not who.strip() or not why.strip():
        raise ValueError("say who goes back, and why")
    back = _way_back(versions, champion)
    if back is None:
        raise ValueError("there is no way back")
    further = _way_back(versions, back)
    return _move(client, name, versions, "rollback", back, champion, further, who, why, when)


def _state(client, name):
    champion = client.get_registered_model(name).aliases.get("champion")
    versions = {str(v.version): v.tags for v in client.search_model_versions(f"name = '{name}'")}
    return (None if champion is None else str(champion)), versions


def _records(tags):
    return {int(k.split(".")[1]): json.loads(v) for k, v in tags.items() if k.startswith("audit.")}


def _way_back(versions, version):
    """What a version replaced when it was last promoted."""
    promotions = {
        number: record
        for number, record in _records(versions.get(version, {})).items()
        if record["action"] == "promote"
    }
    return promotions[max(promotions)]["replaced"] if promotions else None


def _move(client, name, versions, action, version, replaced, previous, who, why, when):
    record = {"action": action, "version": version, "replaced": replaced}
    record |= {"who": who, "why": why, "when": when}
    number = 1 + max((n for tags in versions.values() for n in _records(tags)), default=0)
    client.set_model_version_tag(name, version, f"audit.{number:04}", json.dumps(record))
    if previous is not None:
        client.set_registered_model_alias(name, "previous", previous)
    client.set_registered_model_alias(name, "champion", version)
    return record


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
