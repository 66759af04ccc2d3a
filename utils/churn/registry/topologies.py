"""From one environment's registry to another's: nothing is believed, everything is checked again.

Two registries are two MLflow servers, and MLflow cannot copy between them. A version is downloaded
from the one, its signature and fingerprint are verified, and it is registered in the other with tags
that lead back. Who may write where is decided by the credentials that a process holds, see
``servers`` and ``access``: the process that transfers reads in the one and writes in the other.
"""

from __future__ import annotations

from pathlib import Path

from mlflow import MlflowClient

from churn.registry import folders
from churn.registry.packaging import register
from churn.registry.supply_chain import signing
from churn.registry.versions import files_of

#: Tags that lead back to where a version comes from.
ORIGIN_VERSION, ORIGIN_RUN = "origin.version", "origin.run_id"
#: Facts of origin that travel with a version, where it has them.
LINEAGE = ("data_version", "code_version", "trained_until")


class TransferError(ValueError):
    """A version does not get into the other registry; with one sentence."""


def transfer(
    source: MlflowClient,
    target: MlflowClient,
    name: str,
    version: str,
    public_key: Path,
    experiment: str = "transfers",
) -> str:
    """Register a version of one registry in another, under the same name.

    Decisions of the gate and records of promotions stay behind: the other environment asks its own
    gate.

    Args:
        source: of the registry that has the version; it is only read.
        target: of the registry that gets it.
        name: of the registered model.
        version: in the source.
        public_key: of the one who signs models, from a place that the source cannot write to.
        experiment: of the target, in which a run holds the files.

    Returns:
        The version in the target.

    Raises:
        TransferError: if the version has no fingerprint, its files do not have it, or their signature
            is not valid. Nothing is registered then.
    """
    found = source.get_model_version(name, version)
    with files_of(source, found) as folder:
        try:
            signing.verify(folder, public_key)
        except signing.SignatureError as error:
            raise TransferError(f"version {version} is refused: {error}") from error
        digest = found.tags.get("digest")
        if not digest:
            raise TransferError(f"version {version} has no fingerprint to compare with")
        if folders.digest(folder) != digest:
            raise TransferError(f"the files of version {version} are not those it was made of")
        lineage = {key: found.tags[key] for key in LINEAGE if key in found.tags}
        origin = {ORIGIN_VERSION: version, ORIGIN_RUN: str(found.run_id)}
        known = target.get_experiment_by_name(experiment)
        place = known.experiment_id if known else target.create_experiment(experiment)
        run = target.create_run(place, run_name=f"{name} {version}", tags=origin)
        made = register(target, name, folder, run.info.run_id, lineage | origin)
        # Not set_terminated, which prints the address of the run: with the credential in it.
        target.update_run(run.info.run_id, "FINISHED")
    return made
