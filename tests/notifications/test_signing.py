"""The district's signature on letters (DKIM), checked by a reader of our own.

That the reader reads as others do is shown with a letter that dkimpy 1.1.8 signed; so dkimpy need
not be installed, which comes only as source code.
"""

import re
from base64 import b64decode
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from services.notifications.domain.notice import Content
from services.notifications.letters.signing import Signer, signer
from tests.notifications.making import LETTERS
from tests.notifications.test_mail_bytes import _bytes

OF_OTHERS = (
    b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=schools.example;\r\n"
    b" i=@schools.example; q=dns/txt; s=p2026; t=1795770331; h=from : to :\r\n"
    b" subject : list-unsubscribe : from;\r\n"
    b" bh=FdXcBmukJK2uzC9twnI4CaAXyicGcMwq/4DFAcsLUdE=;\r\n"
    b" b=gBUVASfgfbG6VqA74l5lF3u5ZYITL16ZOwnyMLxlQkWxIVEiXDnoSQN39OBh6hfJ+4Roc\r\n"
    b" C0feTHTr4EZeBV4N5/0nW5YtVeggulebnBas1kl6NnRrTs1eThuTBxz3VOa7MdbjW2hiGk/\r\n"
    b" fuIidLVCg3w431yNJYq+a4qWxbbEelk=\r\n"
    b'From: "Ms. Rivera" <school@schools.example>\r\n'
    b"To: ana@family.example\r\n"
    b"Subject: A good\r\n  day \r\n"
    b"List-Unsubscribe:   <https://partners.schools.example/u>\r\n\r\n"
    b"Maya  helped. \t\r\n\r\n  Thank\tyou! \r\n \r\n\r\n"
)
THEIR_RECORD = (
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDZWh56XvXYITZuNARHGD8d3p/8aEo4eRLlDHF0"
    "WLOZOp9AVEM4U15EO6lNV3eJEyoiPvE3Ik2OmVMOknjWCwhKntVTW7iOAzBujMSVsOYUTRhzvS5eHihhk6t7uOl8zQCuFu"
    "6PADBHlDN1rYLD58+CTO+BMZn5FEaAyyS6Z7RyNQIDAQAB"
)


def stands(mail: bytes, record: str) -> bool:
    """Whether a signature at the top of a mail is good, read straight from RFC 6376."""
    head, body = mail.split(b"\r\n\r\n", 1)
    fields = re.split(rb"\r\n(?![ \t])", head)
    own = fields.pop(0)
    tags = {
        part.strip().partition(b"=")[0]: re.sub(rb"\s", b"", part.partition(b"=")[2])
        for part in own.partition(b":")[2].split(b";")
    }
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    counted = b"".join(line + b"\r\n" for line in lines)
    if b64decode(tags[b"bh"]) != sha256(counted).digest():
        return False
    said = b""
    for name in tags[b"h"].lower().split(b":"):
        # Of fields with one name the lowest comes first; one that is not there adds nothing.
        named = [each for each in fields if each.partition(b":")[0].strip().lower() == name]
        if named:
            fields = [each for each in fields if each is not named[-1]]
            said += _counted(named[-1]) + b"\r\n"
    said += _counted(re.sub(rb"(\bb=)[^;]+$", rb"\1", own))
    key = serialization.load_der_public_key(b64decode(record.partition("p=")[2]))
    assert isinstance(key, rsa.RSAPublicKey)
    try:
        key.verify(b64decode(tags[b"b"]), said, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _counted(field: bytes) -> bytes:
    name, _, value = field.replace(b"\r\n", b"").partition(b":")
    return name.strip().lower() + b":" + re.sub(rb"[ \t]+", b" ", value).strip()


@pytest.fixture(scope="module")
def ours() -> Signer:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    return Signer("schools.example", "p2026", key)


def test_the_reader_takes_what_others_sign_and_nothing_that_was_changed() -> None:
    assert stands(OF_OTHERS, THEIR_RECORD)
    assert not stands(OF_OTHERS.replace(b"Maya", b"Mayo"), THEIR_RECORD)
    assert not stands(OF_OTHERS.replace(b"good\r\n", b"bad\r\n"), THEIR_RECORD)


@pytest.mark.parametrize("language", ["en", "es", "ar", "zh"])
@pytest.mark.parametrize(("kind", "content"), LETTERS)
def test_every_letter_is_signed_so_that_its_signature_stands(
    ours: Signer, kind: str, content: Content, language: str
) -> None:
    mail = ours.signed(_bytes(content, kind, language))
    assert stands(mail, ours.dns_record)
    head = mail.split(b"\r\nFrom:", 1)[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))


def test_the_signature_outlives_a_relay_that_folds_and_no_stranger(ours: Signer) -> None:
    mail = ours.signed(_bytes())
    folded = mail.replace(b"MIME-Version: 1.0", b"Mime-Version:\r\n\t 1.0 ")
    assert stands(folded + b"\r\n", ours.dns_record)
    for changed in (
        mail.replace(b"\r\nFrom:", b"\r\nFrom: x@victims.example\r\nFrom:"),
        mail.replace(b"\r\nTo:", b"\r\nReply-To: x@victims.example\r\nTo:"),
        mail.replace(b"List-Unsubscribe: <https://", b"List-Unsubscribe: <https://x."),
        mail.replace(b"text/plain", b"text/plane"),
    ):
        assert changed != mail
        assert not stands(changed, ours.dns_record)


@pytest.mark.parametrize("body", [b"", b"\r\n", b" \r\n \t\r\n", b"a \t b  \r\n\r\n  \r\n", b"a"])
def test_odd_bodies_are_counted_as_others_count_them(ours: Signer, body: bytes) -> None:
    assert stands(ours.signed(b"From: a@b.example\r\n\r\n" + body), ours.dns_record)


def test_a_key_that_nobody_would_take_is_refused_at_the_start() -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for pem in ("", "no key", curve.decode()):
        with pytest.raises(ValueError, match="DKIM key"):
            signer("schools.example", "p2026", pem)
