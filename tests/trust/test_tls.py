"""Kafka over TLS: each library that the pipeline uses comes in with the settings' certificate authority, and with no other."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError

from deploy.one_machine.embedded.accounts import OPERATOR, PROTOCOL
from deploy.one_machine.embedded.kafka_security import CLIENTS, CONTROLLERS
from deploy.one_machine.embedded.ports import free_port
from schemas.platform.kafka import KafkaSettings
from tests.broker import PASSWORD, kafka_in

TOPIC = "over-tls"


def authority(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate authority, and what it gave to 127.0.0.1: the authority's file, and the broker's key with its certificate."""
    key, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    root = _signed(ca, ca, key.public_key(), key, x509.BasicConstraints(ca=True, path_length=0))
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    leaf = _signed(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")]), ca, own.public_key(), key, alternative)
    file, store = folder / f"{name}.pem", folder / f"{name}-broker.pem"
    file.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    secret = own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    store.write_bytes(secret + leaf.public_bytes(serialization.Encoding.PEM))
    return file, store


def _signed(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer, subject, public, x509.random_serial_number(), now - timedelta(hours=1), now + timedelta(days=1)
    )
    return builder.add_extension(extension, critical=False).sign(key, hashes.SHA256())


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaSettings]:
    """A broker with a TLS listener beside its own, and how its operator reaches it there."""
    folder, port, door = tmp_path_factory.mktemp("tls"), free_port(), free_port()
    file, store = authority(folder, "ours")
    controller = free_port()
    overrides = {
        "listeners": f"{CLIENTS}://127.0.0.1:{port},TLS://127.0.0.1:{door},{CONTROLLERS}://127.0.0.1:{controller}",
        "advertised.listeners": f"{CLIENTS}://127.0.0.1:{port},TLS://127.0.0.1:{door}",
        "listener.security.protocol.map": f"{CLIENTS}:{PROTOCOL},{CONTROLLERS}:{PROTOCOL},TLS:SASL_SSL",
        "listener.name.tls.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.tls.scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
        "listener.name.tls.ssl.keystore.type": "PEM",
        "listener.name.tls.ssl.keystore.location": str(store),
    }
    with kafka_in(folder / "kafka", port=port, voters={1: controller}, overrides=overrides, heap_mb=256):
        yield KafkaSettings(
            kafka_bootstrap_servers=f"127.0.0.1:{door}",
            kafka_security_protocol="SASL_SSL",
            kafka_username=OPERATOR,
            kafka_password=PASSWORD,
            kafka_ca_file=file,
        )


async def test_what_is_sent_over_tls_by_one_library_is_read_over_tls_by_the_other(secure: KafkaSettings) -> None:
    """kafka-python, which producers and consumers use, and aiokafka, which the engine uses, with the same keyword arguments."""
    admin = KafkaAdminClient(**secure.client())
    admin.create_topics([NewTopic(TOPIC, 1, 1)])
    admin.close()
    producer = KafkaProducer(**secure.client(), acks="all")
    producer.send(TOPIC, b"sealed on its way").get(timeout=30)
    producer.close()
    async with AIOKafkaConsumer(TOPIC, **secure.client(), auto_offset_reset="earliest") as consumer:
        found = await consumer.getone()

    assert found.value == b"sealed on its way"


def test_a_broker_that_another_authority_vouches_for_is_not_spoken_to(secure: KafkaSettings, tmp_path: Path) -> None:
    """Whoever stands between is no broker of ours: no password is told to him."""
    foreign, _ = authority(tmp_path, "foreign")
    with pytest.raises(KafkaError):
        KafkaAdminClient(**secure.model_copy(update={"kafka_ca_file": foreign}).client(), bootstrap_timeout_ms=3000)
