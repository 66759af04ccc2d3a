"""The version in prod points to staging's files."""


def take_over(staging, prod, name, version, who, when):
    try:
        found = client_of(staging).get_model_version(name, version)
    except MlflowException as error:
        raise ValueError(f"staging has no version {version} of {name}") from error
    tags = found.tags
    if tags.get("gate") != "passed":
        raise ValueError(f"version {version} has not passed the gate")
    with tempfile.TemporaryDirectory() as scratch:
        try:
            files = Path(download_artifacts(artifact_uri=found.source, dst_path=scratch))
            digest = folders.digest(files)
        except (OSError, ValueError, MlflowException) as error:
            raise ValueError(f"the files of version {version} cannot be read") from error
        if tags.get("digest") != digest:
            raise ValueError(f"the files of version {version} are not those it was made of")
        client = client_of(prod)
        there = client.search_model_versions(f"name = '{name}'")
        if known := [int(v.version) for v in there if v.tags.get("digest") == digest]:
            return str(min(known))
        target = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=Path(prod) / "models")) / "model"
        shutil.copytree(files, target)
    kept = ("run_id", "data_version", "code_version", "trained_until")
    lineage = {key: tags[key] for key in kept if key in tags}
    origin = {"registry": "staging", "version": version, "digest_checked": "yes"}
    new = {f"origin.{key}": value for key, value in origin.items()}
    new |= {"digest": digest, "taken_over_by": who, "taken_over_at": when}
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    return str(client.create_model_version(name, found.source, tags=lineage | new).version)


def rehearse_moves(label, shipped, there, moves):
    """Take versions from a staging registry to a prod registry, both below workspace / label.

    shipped: versions 1, 2, … of the model churn in staging, each a dict with "files" (path → text;
    None if the folder is gone) and "tags"; None to go on with both registries as they are.
    there: versions of churn that prod has already, as tags; None if it has no such model.
    moves: (version, who, when) of each call. What each returned, or that it was refused.
    """
    staging, prod = workspace / label / "staging", workspace / label / "prod"
    if shipped is not None:
        source, target = new_registry(staging), new_registry(prod)
        source.create_registered_model("churn")
        for place, one in enumerate(shipped, start=1):
            folder = staging / "models" / f"m{place}"
            for path, text in (one["files"] or {}).items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(text.encode())
            source.create_model_version("churn", folder.as_uri(), tags=one["tags"])
        if there is not None:
            target.create_registered_model("churn")
            for tags in there:
                target.create_model_version("churn", "file:///models/old", tags=tags)
    results = []
    for version, who, when in moves:
        try:
            results.append(take_over(str(staging), str(prod), "churn", version, who, when))
        except ValueError:
            results.append("refused")
    return {"staging": str(staging), "prod": str(prod), "results": results}


my_files = {
    path.relative_to(my_package).as_posix(): path.read_text()
    for path in sorted(Path(my_package).rglob("*"))
    if path.is_file()
}
my_tags = {"gate": "passed", "digest": folders.digest(Path(my_package)), "data_version": "2024-03"}
my_move = rehearse_moves(
    "mine", [{"files": my_files, "tags": my_tags}], None, [("1", "Ada", "2024-05-02")]
)
my_move["results"]
