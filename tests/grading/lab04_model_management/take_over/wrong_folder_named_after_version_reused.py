"""Names the folder after the version in staging, and copies over what is there."""

from urllib.parse import urlparse
from urllib.request import url2pathname


def local_folder(source):
    parts = urlparse(source)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else Path(source)


def take_over(staging, prod, name, version, who, when):
    here, there = client_of(staging), client_of(prod)
    try:
        row = here.get_model_version(name, version)
    except MlflowException as error:
        raise ValueError(f"there is no version {version} of {name} in staging") from error
    tags = dict(row.tags)
    files = local_folder(row.source)
    if not files.is_dir():
        raise ValueError(f"there are no files in {files}")
    digest = folders.digest(files)
    if tags.get("gate") != "passed":
        raise ValueError("the gate did not let it pass")
    if tags.get("digest") != digest:
        raise ValueError("these are not the files that were registered")
    known = [
        int(one.version)
        for one in there.search_model_versions(f"name = '{name}'")
        if one.tags.get("digest") == digest
    ]
    if known:
        return str(min(known))
    target = Path(prod).resolve() / "models" / f"{name}-{version}"
    shutil.copytree(files, target, dirs_exist_ok=True)
    kept = {
        "digest": digest,
        "origin.registry": "staging",
        "origin.version": str(row.version),
        "origin.digest_checked": "yes",
        "taken_over_by": who,
        "taken_over_at": when,
    }
    for tag in ("run_id", "data_version", "code_version", "trained_until"):
        if tag in tags:
            kept[tag] = tags[tag]
    try:
        there.get_registered_model(name)
    except MlflowException:
        there.create_registered_model(name)
    made = there.create_model_version(name, target.as_uri(), tags=kept)
    return str(made.version)


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
