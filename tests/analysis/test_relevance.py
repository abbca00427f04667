"""Grades and topics: the rules of topics.md, one by one."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import relevance_rules
from analysis.data_files import DATA
from analysis.relevance import judge, rules_version, topics
from analysis.relevance_rules import Axis, default_rules, load_rules
from analysis.relevance_zones import Zone, cut, guest_spans
from analysis.values import Field, Grade
from foundation.errors import ConfigurationError

OUTSIDE = Path(os.environ.get("DANVAN_SHARED", Path(__file__).resolve().parents[3] / "shared"))

MARKET = (
    "Chợ đầu mối mở cửa từ ba giờ sáng, mỗi đêm có hơn hai trăm xe hàng ra vào. Rau, quả từ vùng cao đưa xuống, cá "
    "từ cảng đưa lên. Ban quản lý chợ cho biết doanh số tháng này tăng nhẹ, tiền thuê sạp giữ nguyên đến hết năm. "
    "Một số lối đi đang được lát lại, hệ thống thoát nước sẽ sửa xong trước mùa mưa."
)


def grade(title: str, lead: str = "", text: str = "") -> Grade:
    return judge(title, lead, text)[0].grade


# --- core ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "Hội nghị giao ban công tác dân vận quý I",
        "HỘI NGHỊ GIAO BAN CÔNG TÁC DÂN VẬN QUÝ I",
        unicodedata.normalize("NFD", "Hội nghị giao ban công tác dân vận quý I"),
        "Hội nghị giao ban công tác\u00a0dân vận quý I",
        "Đổi mới công tác dân vạn ở vùng dự án",
        "Sôi nổi hội thi “Dân vận khéo”",
        "Năm dân vận chính quyền ở một xã biên giới",
        "Ra mắt tổ dân vận thôn",
        "Sơ kết thực hiện Quyết định 217-QĐ/TW và 218-QĐ/TW",
        "Hội nghị toàn tỉnh về tuyên giáo và dân vận cuối năm",
    ],
)
def test_a_title_on_dan_van_is_core(title: str) -> None:
    assert grade(title) is Grade.CORE


def test_core_without_the_words_in_the_title() -> None:
    text = (
        "Tuyến kênh đi qua vườn của bảy mươi hộ. Xã giao khối dân vận chủ trì, chia ba nhóm đến gặp từng nhà. "
        "Nhóm nào cũng có người già trong ấp. Làm công tác dân vận ở đây, theo bí thư đảng ủy, là nghe nhiều hơn nói.\n"
        "Sau hai tháng, các hộ đều đồng ý. Huyện ủy khen tổ dân vận ấp Ba và yêu cầu các xã ghi lại kinh nghiệm về "
        "công tác dân vận khi làm thủy lợi."
    )
    assert grade("Bảy mươi hộ và một con kênh", "", text) is Grade.CORE


# --- none, although it looks close --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "lead"),
    [
        ("Bổ nhiệm Trưởng Ban Dân vận Tỉnh ủy", "Quyết định được trao sáng nay."),
        ("Khởi tố nguyên Phó Trưởng Ban Dân vận Huyện ủy", "Ông này bị cáo buộc lập khống hồ sơ."),
        ("Ban Tuyên giáo và Dân vận mở hội nghị báo cáo viên tháng Tư", "Diễn giả nói về tình hình biển, đảo."),
        ("Trưởng Ban Dân vận Trung ương tiếp đoàn khách quốc tế", "Hai bên trao đổi về quan hệ hữu nghị."),
        ("Người dân vận chuyển lúa bằng xuồng", "Đường ngập, máy gặt không xuống được ruộng."),
        ("Hướng dẫn người dân vận hành máy bơm", "Mỗi trạm có hai máy."),
        ("Thuyền dân vận tải vật liệu mắc cạn", "Không ai bị thương."),
        ("Nông dân vận dụng cách tưới mới", "Lượng nước giảm một nửa."),
        ("Vận động viên bơi lội về nhất", "Thành tích tốt hơn kỷ lục cũ."),
        ("Vận động gây quỹ mổ mắt cho người già", "Đêm nhạc thu được hai tỷ đồng."),
        ("Vật vận động theo quán tính", "Bài học vật lý lớp 10."),
        # The number of the resolution on dân vận, another term's document on another subject.
        ("Quán triệt Nghị quyết số 25-NQ/TW về công tác tư tưởng", "Nghị quyết số 25-NQ/TW ban hành ngày 22/8/2026."),
        ("Sơ kết Kết luận số 43-KL/TW về phát triển đô thị", "Kết luận 43-KL/TW mở thêm cơ chế."),
    ],
)
def test_near_misses(title: str, lead: str) -> None:
    assert grade(title, lead, MARKET) is Grade.NONE


@pytest.mark.parametrize(
    "aside",
    [
        "Dự hội nghị có các đồng chí: Trưởng Ban Dân vận Tỉnh ủy, lãnh đạo các cơ quan làm công tác dân vận, tổ dân vận.",
        "Cùng dự có đại diện khối dân vận, Ban Dân vận, người làm công tác dân vận các huyện.",
        "Hội nghị có sự tham dự của cán bộ dân vận, tổ dân vận, hệ thống dân vận các cấp.",
        "Tags: công tác dân vận, dân vận khéo, tổ dân vận",
        "Từ khóa: công tác dân vận; dân vận chính quyền",
        "Quang cảnh hội nghị công tác dân vận, mô hình dân vận khéo. Ảnh: PV",
        "(Ảnh: Hội thi dân vận khéo, công tác dân vận)",
        "Tin liên quan\nSơ kết công tác dân vận\nHội thi dân vận khéo\nRa mắt tổ dân vận",
        ">>> Xem thêm: Hội nghị công tác dân vận, dân vận khéo",
        "Tài liệu tham khảo:\nTập bài giảng công tác dân vận.\nSổ tay dân vận khéo, công tác dân vận.",
        "Tin, ảnh: Tổ công tác dân vận",
    ],
)
def test_places_that_do_not_count(aside: str) -> None:
    relevance, found_topics = judge("Chợ đầu mối trước mùa mưa", "", f"{MARKET}\n{aside}")
    assert (relevance.grade, relevance.reasons, found_topics) == (Grade.NONE, (), ())


def test_the_same_words_count_in_the_body() -> None:
    relevance, _ = judge("Chợ đầu mối trước mùa mưa", "", f"{MARKET}\nXã đã làm công tác dân vận với tiểu thương.")
    assert [reason.phrase for reason in relevance.reasons] == ["làm công tác dân vận"]
    assert relevance.grade is Grade.NONE


def test_a_document_in_full_on_another_subject_is_none() -> None:
    text = """I. MỤC ĐÍCH, YÊU CẦU
Phát triển nuôi biển theo hướng công nghiệp.
II. NHIỆM VỤ, GIẢI PHÁP
Các cấp làm tốt công tác dân vận, vận động nhân dân chuyển đổi nghề; Mặt trận giám sát, phản biện xã hội.
III. TỔ CHỨC THỰC HIỆN
Ban Dân vận Tỉnh ủy hướng dẫn công tác dân vận; các đoàn thể vận động hội viên.
Nơi nhận:
Các đảng ủy trực thuộc."""
    assert grade("Toàn văn Kế hoạch phát triển nuôi biển", "", text) is Grade.NONE
    assert grade("Toàn văn Kế hoạch về công tác dân vận", "", text) is Grade.CORE


def test_a_report_that_names_every_field_once_is_none() -> None:
    text = (
        f"{MARKET}\nUBND tỉnh yêu cầu các ngành nâng chỉ số cải cách hành chính, tiếp công dân đúng lịch, giải quyết khiếu nại, "
        "tố cáo, lắng nghe ý kiến người dân và doanh nghiệp, tạo đồng thuận khi thu hồi đất. Tiếp tục giảm nghèo, xây "
        "dựng nông thôn mới, chăm lo đồng bào dân tộc thiểu số, giữ vững an ninh."
    )
    assert grade("Phiên họp tháng 5 của UBND tỉnh", "Lãnh đạo tỉnh nêu sáu việc phải làm ngay.", text) is Grade.NONE


def test_a_long_report_with_a_section_on_dan_van_is_none() -> None:
    section = "Công tác dân vận có đổi mới; phong trào “Dân vận khéo” lan rộng; Mặt trận giám sát, phản biện xã hội."
    text = "\n".join([MARKET * 3] * 8 + [section] + [MARKET * 3] * 6 + [section])
    assert grade("Báo cáo chính trị tại Đại hội", "", text) is Grade.NONE


# --- related ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("Chủ tịch UBND tỉnh tiếp công dân định kỳ", "tiep_dan_doi_thoai"),
        ("Bí thư Huyện ủy đối thoại trực tiếp với nhân dân", "tiep_dan_doi_thoai"),
        ("Hơn trăm hộ hiến đất mở đường", "nong_thon_moi"),
        ("Thực hiện Quy chế dân chủ ở cơ sở tại một phường", "dan_chu_co_so"),
        ("Hội nghị phản biện xã hội dự thảo đề án", "giam_sat_phan_bien"),
        ("Rộn ràng Ngày hội Đại đoàn kết", "dai_doan_ket"),
        ("Phong trào toàn dân bảo vệ an ninh Tổ quốc ở xã ven biển", "luc_luong_vu_trang"),
        ("Giáo dân giáo xứ Tân Lộc sống tốt đời, đẹp đạo", "ton_giao"),
        ("Già làng vận động bà con bỏ hủ tục", "dan_toc"),
        ("Hội Phụ nữ vận động hội viên phân loại rác", "mat_tran_doan_the"),
    ],
)
def test_fields_of_the_working_relation_are_related(title: str, topic: str) -> None:
    relevance, found = judge(title, "", "")
    assert relevance.grade is Grade.RELATED
    assert topic in {score.key for score in found}


@pytest.mark.parametrize(
    "title",
    [
        "Xã đạt chuẩn nông thôn mới",
        "Hội Phụ nữ thi nấu ăn",
        "Tỷ lệ hộ nghèo giảm",
        "Lễ Phật đản ở cố đô",
        "Đồng bào vui Tết",
    ],
)
def test_the_name_of_a_field_alone_is_not_enough(title: str) -> None:
    assert grade(title, "", MARKET) is Grade.NONE


# --- reasons ------------------------------------------------------------------------------------------------------


def test_reasons_stand_in_place_and_add_up() -> None:
    parts = {
        Field.TITLE: "Xã Bình An đổi mới công tác dân vận",
        Field.LEAD: "Bổ nhiệm cán bộ trẻ, đối thoại với nhân dân mỗi quý.",
        Field.TEXT: f"{MARKET}\nKhối dân vận xã vận động nhân dân hiến đất. Người dân đồng thuận.",
    }
    relevance, found = judge(*parts.values())
    assert relevance.reasons
    assert {reason.field for reason in relevance.reasons} == set(Field)
    for reason in (*relevance.reasons, *(reason for topic in found for reason in topic.reasons)):
        assert parts[reason.field][reason.start : reason.end] == reason.phrase
    assert relevance.score == pytest.approx(sum(reason.weight for reason in relevance.reasons))
    assert any(reason.weight < 0 for reason in relevance.reasons), "the word against it is shown too"


def test_a_title_weighs_more_than_a_lead_and_a_lead_more_than_the_body() -> None:
    sentence = "Hội nghị công tác dân vận"
    weights = [
        judge(*fields)[0].score
        for fields in ((sentence, "x", MARKET), ("x", sentence, MARKET), ("x", "x", f"{MARKET} {sentence}"))
    ]
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == 3


@given(st.text(), st.text(), st.text())
def test_any_text_is_judged(title: str, lead: str, text: str) -> None:
    relevance, found = judge(title, lead, text)
    for reason in (*relevance.reasons, *(reason for topic in found for reason in topic.reasons)):
        string = {Field.TITLE: title, Field.LEAD: lead, Field.TEXT: text}[reason.field]
        assert string[reason.start : reason.end] == reason.phrase


PIECES = [
    "Tin liên quan",
    "Dự hội nghị có đồng chí A.",
    "công tác dân vận",
    "Tags: dân vận khéo",
    "I. MỤC TIÊU",
    MARKET,
    "",
    "  ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_decomposed_text_is_judged_the_same(lines: list[str]) -> None:
    text = "\n".join(lines)
    composed, decomposed = (judge("", "", unicodedata.normalize(form, text))[0] for form in ("NFC", "NFD"))
    assert (composed.grade, composed.score) == (decomposed.grade, decomposed.score)


# --- zones --------------------------------------------------------------------------------------------------------


def test_zones_of_a_page_with_residue() -> None:
    text = f"Tin liên quan\nMột tựa đề\n{MARKET}\nDự lễ có đồng chí Bí thư. Sau đó chợ mở cửa lại.\nẢnh: Mai"
    zones = cut("Chợ", "", text)
    assert zones.at(text.index("Một tựa")) is Zone.ASIDE
    assert zones.at(text.index("Chợ đầu mối")) is Zone.FIRST
    assert zones.at(text.index("Rau, quả")) is Zone.OPENING
    assert cut("", "", text).at(text.index("Chợ đầu mối")) is Zone.LEAD, "with no title either it stands for them"
    assert zones.at(text.index("Bí thư")) is Zone.ASIDE
    assert zones.at(text.index("Sau đó")) is Zone.BODY
    assert zones.at(text.index("Ảnh: Mai")) is Zone.ASIDE


def test_the_last_sixth_of_a_long_text_is_its_tail() -> None:
    text = "\n".join([MARKET] * 6)
    zones = cut("Chợ", "Có lời dẫn.", text)
    assert zones.at(len(text) // 2) is Zone.BODY
    assert zones.at(len(text) - 5) is Zone.TAIL


@pytest.mark.parametrize(
    ("sentence", "guests"),
    [
        ("Dự hội nghị có các đồng chí lãnh đạo tỉnh.", True),
        ("Tham dự buổi lễ có đại diện các sở.", True),
        ("Các đồng chí: Bí thư, Chủ tịch đồng chủ trì hội nghị.", True),
        ("Tham gia hội thi có 12 đội.", False),
        ("Chủ trì thẩm định là Sở Nội vụ.", False),
        ("Dự kiến tháng sau hoàn thành.", False),
    ],
)
def test_sentences_that_only_say_who_was_there(sentence: str, *, guests: bool) -> None:
    assert bool(guest_spans(sentence)) is guests


# --- data ---------------------------------------------------------------------------------------------------------


def test_the_topics_of_the_trade() -> None:
    """More may be added: these thirteen are what archives and readers' rules speak of."""
    assert {topic.key for topic in topics()} >= {
        "dan_van_kheo", "dan_van_chinh_quyen", "dan_chu_co_so", "tiep_dan_doi_thoai", "mat_tran_doan_the", "giam_sat_phan_bien",
        "dan_toc", "ton_giao", "luc_luong_vu_trang", "nong_thon_moi", "dai_doan_ket", "to_chuc_can_bo", "van_ban",
    }  # fmt: skip
    assert topics()[1].label == "Dân vận chính quyền"


def test_every_signal_says_why_and_weighs() -> None:
    for signal in default_rules().signals:
        assert signal.why
        assert signal.phrases
        assert (signal.weight > 0) is (signal.axis is not Axis.SILENT)


def test_the_version_follows_every_data_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rules_version()
    for path in DATA.rglob("*"):
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(relevance_rules, "DATA", tmp_path)
    same = relevance_rules.rules_version.__wrapped__()
    (tmp_path / "kinds.yaml").write_text("changed: true\n")
    assert same == before
    assert relevance_rules.rules_version.__wrapped__() != before


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    good = relevance_rules.RELEVANCE_FILE.read_text("utf-8")
    broken = tmp_path / "relevance.yaml"
    broken.write_text(good.replace("{tận dân}", "{danh sách lạ}", 1), "utf-8")
    with pytest.raises(ConfigurationError, match="danh sách lạ") as caught:
        load_rules(relevance=broken)
    line = next(n for n, text in enumerate(broken.read_text("utf-8").splitlines(), 1) if "danh sách lạ" in text)
    assert (caught.value.path, caught.value.line) == (broken, line)
    broken.write_text("version: 1\n  words: [", "utf-8")
    with pytest.raises(ConfigurationError, match="dòng 2"):
        load_rules(relevance=broken)
    broken.write_text(good.replace("axis: core", "axis: lạ", 1), "utf-8")
    with pytest.raises(ConfigurationError, match="lạ"):
        load_rules(relevance=broken)


# --- real texts, facts only ---------------------------------------------------------------------------------------

SEED_TOPICS = {
    "000": {"van_ban"},
    "001": {"dan_van_chinh_quyen"},
    "002": {"van_ban"},
    "003": {"dan_van_chinh_quyen", "tiep_dan_doi_thoai"},
    "004": {"dan_van_chinh_quyen"},
}


@pytest.mark.parametrize("number", SEED_TOPICS)
def test_printed_articles_are_core(number: str) -> None:
    paths = sorted((OUTSIDE / "seeds").glob(f"{number}_*.txt"))
    if not paths:
        pytest.skip("the folder of printed articles is not here (DANVAN_SHARED)")
    title, _, text = paths[0].read_text("utf-8").partition("\n")
    relevance, found = judge(title, "", text)
    assert relevance.grade is Grade.CORE
    assert SEED_TOPICS[number] <= {topic.key for topic in found}


@pytest.mark.parametrize(
    ("words", "named"), [("bà con Mường Nhé", False), ("người Thái Bình", False), ("bà con Mường", True)]
)
def test_a_place_called_after_a_people_is_not_the_people(words: str, named: bool) -> None:
    title, lead = f"Công tác dân vận cùng {words}", f"Tổ dân vận đến với {words}."
    assert ("dan_toc" in {topic.key for topic in judge(title, lead, "")[1]}) is named
