import pytest

torch = pytest.importorskip("torch", reason="needs the training extra")

from training import losses  # noqa: E402


def test_contrast_is_least_where_each_row_meets_its_own() -> None:
    vectors = torch.eye(4)
    scale = torch.tensor(20.0)
    together = losses.contrastive(vectors, vectors, scale, softness=0.0)
    apart = losses.contrastive(vectors.roll(1, 0), vectors, scale, softness=0.0)
    assert together < 1e-3
    assert apart == pytest.approx(20.0, abs=0.1)


def test_soft_targets_forgive_a_text_that_says_the_same() -> None:
    texts = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    pictures = texts.clone()
    scale = torch.tensor(5.0)
    hard = losses.contrastive(pictures, texts, scale, softness=0.0)
    soft = losses.contrastive(pictures, texts, scale, softness=1.0)
    assert soft < hard + 0.01


def test_listwise_is_cross_entropy_against_the_gains() -> None:
    scores = torch.tensor([[0.0, 0.0], [2.0, 0.0]])
    worth = torch.tensor([[1.0, 0.0], [3.0, 1.0]])
    log_softmax = scores.log_softmax(-1)
    expected = -(log_softmax[0, 0] + 0.75 * log_softmax[1, 0] + 0.25 * log_softmax[1, 1]) / 2
    assert losses.listwise(scores, worth) == pytest.approx(float(expected))


def test_a_list_without_a_gain_says_nothing() -> None:
    scores = torch.randn(2, 3, requires_grad=True)
    loss = losses.listwise(scores, torch.zeros(2, 3))
    loss.backward()
    assert loss == 0
    assert (scores.grad == 0).all()


def test_gains_are_those_of_the_measure() -> None:
    assert losses.gains(torch.tensor([0, 1, 2, 3])).tolist() == [0, 1, 3, 7]


def test_what_is_not_known_does_not_count() -> None:
    logits, truth = torch.tensor([[5.0, -5.0]]), torch.tensor([[0.0, 0.0]])
    known = torch.tensor([[0.0, 1.0]])
    assert losses.labels(logits, truth, known) < 0.01 < losses.labels(logits, truth)


def test_match_is_cross_entropy_of_the_label() -> None:
    scores, true = torch.tensor([[2.0, -1.0]]), torch.tensor([[1.0, 0.0]])
    certain = torch.sigmoid(scores[0])
    expected = -(certain[0].log() + (1 - certain[1]).log()) / 2
    assert losses.match(scores, true) == pytest.approx(float(expected))


def test_ranking_puts_each_querys_own_answer_before_the_rest() -> None:
    queries, answers = torch.tensor([[2.0, 0.0], [0.0, 3.0]]), torch.tensor([[0.0, 1.0], [5.0, 0.0], [-1.0, 0.0]])
    own, true = torch.tensor([1, 0]), torch.zeros(2, 3, dtype=torch.bool)
    first = torch.tensor([0.0, 20.0, -20.0]).log_softmax(0)[1]
    second = torch.tensor([20.0, 0.0, 0.0]).log_softmax(0)[0]
    expected = -(first + second) / 2
    assert losses.ranking(queries, answers, own, true, 20.0) == pytest.approx(float(expected), abs=1e-6)


def test_in_ranking_another_true_answer_does_not_count() -> None:
    queries = answers = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    own, own_only = torch.arange(3), torch.eye(3, dtype=torch.bool)
    alike = own_only.clone()
    alike[0, 1] = alike[1, 0] = True
    assert losses.ranking(queries, answers, own, alike, 20.0) < 1e-3
    assert losses.ranking(queries, answers, own, own_only, 20.0) > 0.4
