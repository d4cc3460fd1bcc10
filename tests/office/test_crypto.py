"""Sealed values stay with their row and their key; blind indexes find them; the key ring guards itself."""

import os

import pytest

from taizhang.office.crypto.blind import blind
from taizhang.office.crypto.keyring import KeyRing, KeyRingUnusable
from taizhang.office.crypto.sealing import SealBroken, key_id_of, seal, unseal

RINGS = [KeyRing.generate("aes-256-gcm"), KeyRing.generate("sm4-gcm")]


@pytest.mark.parametrize("ring", RINGS, ids=lambda ring: ring.algorithm)
def test_a_sealed_value_comes_back(ring):
    assert unseal(seal("张三", "person:1:name", ring), "person:1:name", ring) == "张三"


@pytest.mark.parametrize("ring", RINGS, ids=lambda ring: ring.algorithm)
def test_a_value_moved_to_another_row_is_refused(ring):
    with pytest.raises(SealBroken):
        unseal(seal("张三", "person:1:name", ring), "person:2:name", ring)


@pytest.mark.parametrize("ring", RINGS, ids=lambda ring: ring.algorithm)
def test_a_flipped_bit_is_refused(ring):
    sealed = bytearray(seal("张三", "person:1:name", ring))
    sealed[-1] ^= 1

    with pytest.raises(SealBroken):
        unseal(bytes(sealed), "person:1:name", ring)


def test_old_values_open_after_rotation_and_new_ones_use_the_new_key():
    before = RINGS[0]
    sealed = seal("张三", "p", before)
    after = before.rotated()

    assert unseal(sealed, "p", after) == "张三"
    assert (key_id_of(sealed), key_id_of(seal("李四", "p", after))) == ("k1", "k2")


def test_a_removed_key_is_told():
    ring = RINGS[0].rotated()
    sealed = seal("张三", "p", RINGS[0])
    without = KeyRing({"k2": ring.data["k2"]}, "k2", ring.algorithm, ring.purposes)

    with pytest.raises(KeyRingUnusable):
        unseal(sealed, "p", without)


def test_a_ring_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "office.json"
    RINGS[0].write(path)
    assert KeyRing.load(path) == RINGS[0]

    os.chmod(path, 0o640)
    with pytest.raises(KeyRingUnusable):
        KeyRing.load(path)


def test_blind_indexes_tell_kinds_and_values_apart():
    assert blind("core18", "1") == blind("core18", "1")
    assert len({blind("core18", "1"), blind("phone", "1"), blind("core18", "2")}) == 3
