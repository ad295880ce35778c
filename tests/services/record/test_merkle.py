"""The tree of RFC 6962 against a naive second reading of its definitions."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core import merkle

SIZES = st.integers(0, 140)


def leaves(size: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(size)]


def split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def naive_root(hashes: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word by word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    middle = split(len(hashes))
    return hashlib.sha256(b"\x01" + naive_root(hashes[:middle]) + naive_root(hashes[middle:])).digest()


def naive_path(place: int, hashes: Sequence[bytes]) -> list[bytes]:
    """PATH of section 2.1.1."""
    if len(hashes) == 1:
        return []
    middle = split(len(hashes))
    if place < middle:
        return [*naive_path(place, hashes[:middle]), naive_root(hashes[middle:])]
    return [*naive_path(place - middle, hashes[middle:]), naive_root(hashes[:middle])]


def naive_proof(first: int, hashes: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of section 2.1.2."""
    if first == len(hashes):
        return [] if whole else [naive_root(hashes)]
    middle = split(len(hashes))
    if first <= middle:
        return [*naive_proof(first, hashes[:middle], whole=whole), naive_root(hashes[middle:])]
    return [*naive_proof(first - middle, hashes[middle:], whole=False), naive_root(hashes[:middle])]


def test_the_roots_are_those_that_other_implementations_have() -> None:
    # The inputs and roots that the reference implementations of Certificate Transparency test with.
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    hashes = [merkle.leaf_hash(bytes.fromhex(one)) for one in inputs]
    assert {size: merkle.root_of(hashes[:size]).hex() for size in roots} == roots


@given(SIZES)
def test_a_tree_that_grew_has_the_root_of_the_definition(size: int) -> None:
    assert merkle.root_of(leaves(size)) == naive_root(leaves(size))


@given(st.data())
def test_a_path_proves_its_leaf_at_its_place_and_no_other(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 140))
    place = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    root, path = naive_root(hashes), naive_path(place, hashes)
    assert merkle.is_included(hashes[place], place, size, path, root)
    other = data.draw(st.integers(0, size - 1))
    assert merkle.is_included(hashes[other], place, size, path, root) == (other == place)
    assert merkle.is_included(hashes[place], other, size, path, root) == (other == place)
    assert not merkle.is_included(hashes[place], place, size, [*path, root], root)
    assert not merkle.is_included(hashes[place], size, size, path, root)
    if path:
        step = data.draw(st.integers(0, len(path) - 1))
        assert not merkle.is_included(hashes[place], place, size, path[:step] + path[step + 1 :], root)
        broken = [*path[:step], bytes(32), *path[step + 1 :]]
        assert not merkle.is_included(hashes[place], place, size, broken, root)


@given(st.data())
def test_a_longer_tree_is_proved_to_begin_with_the_shorter_and_no_other(data: st.DataObject) -> None:
    second = data.draw(st.integers(1, 140))
    first = data.draw(st.integers(0, second))
    hashes = leaves(second)
    path = naive_proof(first, hashes) if first else []
    old, new = naive_root(hashes[:first]), naive_root(hashes)
    assert merkle.is_consistent(first, second, old, new, path)
    assert not merkle.is_consistent(first, second, bytes(32), new, path)
    assert not merkle.is_consistent(first, second, old, new, [*path, new])
    assert not merkle.is_consistent(second + 1, second, old, new, path)
    if first < second and first:
        assert not merkle.is_consistent(first, second, old, bytes(32), path)
        changed = data.draw(st.integers(0, first - 1))
        forged = [*hashes[:changed], bytes(32), *hashes[changed + 1 :]]
        assert not merkle.is_consistent(first, second, old, naive_root(forged), naive_proof(first, forged))
        step = data.draw(st.integers(0, len(path) - 1))
        assert not merkle.is_consistent(first, second, old, new, path[:step] + path[step + 1 :])


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_a_growing_tree_keeps_no_more_hashes_than_its_size_has_binary_ones(size: int) -> None:
    tree = merkle.Frontier()
    for leaf in leaves(size):
        tree.add(leaf)
    assert len(tree.peaks) == size.bit_count()
