import sys
from importlib.abc import MetaPathFinder

import pytest

torch = pytest.importorskip("torch", reason="needs the training extra")

from training.network.libraries import declared  # noqa: E402


class Refusing(MetaPathFinder):
    """Import of torchvision fails with `message`, once."""

    def __init__(self, message: str) -> None:
        self.message = message

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "torchvision":
            raise RuntimeError(self.message)


def failing_with(message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Refusing(message), *sys.meta_path])


def test_a_torchvision_that_loads_is_left_as_it_is() -> None:
    assert declared() is None


def test_another_fault_of_torchvision_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    failing_with("something else is wrong", monkeypatch)
    with pytest.raises(RuntimeError, match="something else"):
        declared()


def test_missing_operators_are_declared_and_not_defined() -> None:
    """Beside a torch for the processor alone nms is declared only; a torchvision that works has one that computes."""
    boxes, scores = torch.tensor([[0.0, 0.0, 1.0, 1.0]]), torch.tensor([1.0])
    import torchvision

    if torchvision.extension._has_ops():
        assert torch.ops.torchvision.nms(boxes, scores, 0.5).tolist() == [0]
    else:
        with pytest.raises(NotImplementedError, match="torchvision::nms"):
            torch.ops.torchvision.nms(boxes, scores, 0.5)
