"""Signing with a key pair, and verifying: a model's folder, or a text that somebody answers for.

Nothing of it needs a network.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing import hashing, signing, verifying

from churn.registry import folders

PRIVATE_KEY = "signing.key"
PUBLIC_KEY = "signing.pub"
_ECDSA = ec.ECDSA(hashes.SHA256())


class SignatureError(ValueError):
    """A model is not signed, or not by the right one, or was changed after it was signed."""


def make_keys(folder: Path) -> tuple[Path, Path]:
    """A new key pair in ``folder``: the private key, which its owner alone can read, and the public.

    Raises:
        FileExistsError: if there is one; what it signed could no longer be verified.
    """
    private, public = folder / PRIVATE_KEY, folder / PUBLIC_KEY
    key = ec.generate_private_key(ec.SECP256R1())
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    handle = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secret)
    known = serialization.PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, known))
    return private, public


def sign(folder: Path, private_key: Path) -> Path:
    """Sign all files of a model; the signature stands in the folder as ``model.sig``.

    Raises:
        ValueError: if there is no model.
    """
    folders.files(folder)
    signature = folder / folders.SIGNATURE
    config = signing.Config().set_hashing_config(_everything())
    config.use_elliptic_key_signer(private_key=private_key).sign(folder, signature)
    return signature


def verify(folder: Path, public_key: Path) -> list[Path]:
    """The files of a model, once each of them is as it was signed, and none more or less.

    Raises:
        SignatureError: if not; with one sentence.
    """
    signature = folder / folders.SIGNATURE
    if not folder.is_dir():
        raise SignatureError("there is no folder of a model")
    if not signature.is_file():
        raise SignatureError("the model is not signed")
    if not public_key.is_file():
        raise SignatureError("there is no public key")
    try:
        own = folders.files(folder)
        config = verifying.Config().set_hashing_config(_everything())
        config.use_elliptic_key_verifier(public_key=public_key).verify(folder, signature)
    # Each library below raises its own kind for a broken key, signature or file.
    except Exception as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise SignatureError(f"the signature does not fit the model: {said}") from error
    return own


def sign_text(text: str, private_key: Path) -> str:
    """The signature of a text, such as a decision's, as printable text.

    Raises:
        SignatureError: if there is no usable key.
    """
    try:
        key = serialization.load_pem_private_key(private_key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SignatureError("there is no private key to sign with") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SignatureError("the private key is of another kind")
    return base64.b64encode(key.sign(text.encode(), _ECDSA)).decode()


def verify_text(text: str, signature: str, public_key: Path) -> None:
    """Return if ``signature`` was made of this very text with the other half of the key.

    What else must not be exchanged (for which model, against which champion) has to stand in the
    text: a signature holds for the text wherever it is found.

    Raises:
        SignatureError: if not; with one sentence.
    """
    try:
        key = serialization.load_pem_public_key(public_key.read_bytes())
        found = base64.b64decode(signature, validate=True)
    except (OSError, ValueError, TypeError) as error:
        raise SignatureError("the text is not signed, or there is no public key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise SignatureError("the public key is of another kind")
    try:
        key.verify(found, text.encode(), _ECDSA)
    except InvalidSignature as error:
        raise SignatureError("the signature does not fit the text") from error


def _everything() -> hashing.Config:
    """All files but the signature itself and MLflow's note; Git's files, too, are signed."""
    paths = folders.NOT_THE_MODEL
    return hashing.Config().set_ignored_paths(paths=paths, ignore_git_paths=False)
