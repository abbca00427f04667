"""What the bot answers, and the bot as a process against the stand-in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from foundation.settings import Settings
from models.database import one_writer, transaction
from models.search import index_article
from models.tables import ArticleRow, DocumentLinkRow, LabelRow, RuleRow, RunRow, SubscriberRow
from notifications.bot.dispatch import BotContext, command, press
from notifications.bot.dispatch import Chat as Talker
from notifications.bot.rule_words import read_rule
from notifications.bot.talk import read_command
from notifications.bot.views import Reply
from notifications.checks import check_silence
from notifications.markup import MESSAGE_LIMIT
from notifications.rows import paper_names
from notifications.rules import RuleRefusedError
from notifications.subscribers import create_invitation
from tests.botapi.html_entities import parse, units
from tests.botapi.state import BotApi
from tests.notifications.conftest import NOW, Office, watching

HOUSE = BotContext(paper_names(Settings()), {})


class Chat:
    """A chat that talks to the bot's answers directly."""

    def __init__(self, office: Office, address: str = "7") -> None:
        self.office, self.address = office, address

    def say(self, text: str, now: datetime = NOW) -> Reply | None:
        name, _, rest = text[1:].partition(" ")
        with transaction(self.office.engine) as session:
            answer = command(session, HOUSE, Talker("telegram", self.address, "Phòng Dân vận"), name, rest, now)
        return _checked(answer)

    def ask(self, text: str) -> str:
        answer = self.say(text)
        assert answer is not None
        assert answer.html is not None
        return parse(answer.html)[0]

    def press(self, answer: Reply | None, words: str) -> Reply:
        assert answer is not None
        button = next(b for row in answer.buttons for b in row if words in b.text)
        assert button.data is not None
        with transaction(self.office.engine) as session:
            pressed = press(session, HOUSE, Talker("telegram", self.address), button.data, NOW)
        return _checked(pressed) or pressed


def _checked(answer: Reply | None) -> Reply | None:
    """Every answer is good HTML of Telegram's, and every button's data fits."""
    if answer is not None and answer.html is not None:
        assert 0 < units(parse(answer.html)[0]) <= MESSAGE_LIMIT
        assert all(len((b.data or "").encode()) <= 64 and b.text for row in answer.buttons for b in row)
    return answer


@pytest.fixture
def chat(office: Office) -> Chat:
    with transaction(office.engine) as session:
        code = create_invitation(session, "Phòng", operator=False, uses=1, now=NOW)
    chat = Chat(office)
    chat.say(f"/start {code}")
    return chat


def story(office: Office, title: str, **more: object) -> int:
    article = office.article(**{"title": title, **more})  # type: ignore[arg-type]  # columns by name
    with transaction(office.engine) as session:
        index_article(session, session.get_one(ArticleRow, article))
    return article


def test_a_chat_joins_by_its_code_once_and_strangers_get_one_line(office: Office) -> None:
    with transaction(office.engine) as session:
        code = create_invitation(session, "Phòng", operator=False, uses=1, now=NOW)
    stranger, member = Chat(office, "66"), Chat(office, "7")
    assert "mã mời" in stranger.ask("/tim dân vận")
    assert "không đúng, đã dùng hoặc đã hết hạn" in stranger.ask("/start SAI")
    assert stranger.say("/luat") is None
    assert "Đã đăng ký nhận tin" in member.ask(f"/start {code.lower()}")
    assert "đã dùng" in stranger.ask(f"/start {code}")  # used up
    tries = [stranger.say("/start SAI", NOW + timedelta(minutes=1)) for _ in range(9)]
    assert tries[-1] is None, "guessing is not answered for ever"
    assert stranger.say("/start SAI", NOW + timedelta(hours=2)) is not None
    with transaction(office.engine) as session:
        rules = session.scalars(select(RuleRow.name).order_by(RuleRow.id)).all()
        assert rules == ["Nghị quyết và dân vận", "Bản tin buổi sáng"]
        assert session.scalars(select(SubscriberRow.address)).all() == ["7"]


def test_expired_code_lets_nobody_in(office: Office) -> None:
    with transaction(office.engine) as session:
        code = create_invitation(session, "Phòng", operator=False, uses=5, now=NOW - timedelta(days=31))
    answer = Chat(office).say(f"/start {code}")
    assert answer is not None
    assert "hết hạn" in str(answer.html)


def test_find_pages_by_buttons_and_opens_an_article(office: Office, chat: Chat) -> None:
    for number in range(12):
        story(office, f"Dân vận khéo <{number}>", text=f"Mô hình số {number} của xã.")
    first = chat.say("/tim dan van kheo")
    assert first is not None
    assert "12 tin" in parse(str(first.html))[0]
    third = chat.press(chat.press(first, "Sau"), "Sau")
    assert len(re.findall(r"^\d+\. ", parse(str(third.html))[0], re.MULTILINE)) == 2
    article = chat.press(third, "11")
    assert "Mức: Trọng tâm" in parse(str(article.html))[0]


@pytest.mark.parametrize("words", ["", '"', "* OR NOT (", "<b>", "a" * 4000, "không có gì như vậy đâu", "\u0000", "%_"])
def test_any_words_are_answered(chat: Chat, words: str) -> None:
    assert chat.ask(f"/tim {words}")
    assert chat.ask(f"/vanban {words}")
    assert chat.ask(f"/tinh {words}")


def test_votes_become_labels_once(office: Office, chat: Chat) -> None:
    article = story(office, "Tin cần xét", grade="none")
    asked = Reply("x", ())
    with transaction(office.engine) as session:
        for way in ("up", "up", "down"):
            asked = press(session, HOUSE, Talker("telegram", "7"), f"vote:{way}:{article}", NOW)
        labels = session.execute(select(LabelRow.grade, LabelRow.by).order_by(LabelRow.id)).tuples().all()
    assert labels == [("core", "bot"), ("none", "bot")]
    assert asked.toast == "Đã ghi nhận, cảm ơn!"
    assert "✓" in asked.buttons[0][1].text


def test_document_asks_which_when_there_are_several(office: Office, chat: Chat) -> None:
    given = {"symbol": "25-NQ/TW", "kind": "Nghị quyết", "kind_code": "NQ", "number": 25, "issuer_code": "TW",
             "issuer": "Ban Chấp hành Trung ương", "province": None, "place": None}  # fmt: skip
    article = story(office, "Quán triệt nghị quyết")
    old = office.document(**given, issued_on=date(2013, 6, 3), title="về công tác dân vận")
    office.document(**given, issued_on=date(2026, 2, 22), title="về công tác tư tưởng")
    office.mention(old, article, "text", "Chỉ thị số 01-CT/TU")
    choice = chat.say("/vanban 25 nq tw")
    assert choice is not None
    assert "Có 2 văn bản" in str(choice.html)
    one = chat.press(choice, "03/06/2013")
    text = parse(str(one.html))[0]
    assert "Nghị quyết số 25-NQ/TW" in text
    assert "về công tác dân vận" in text
    assert "1 bài báo nhắc tới" in text


def test_documents_of_one_symbol_are_told_apart_on_their_buttons(office: Office, chat: Chat) -> None:
    given = {"symbol": "25-NQ/TW", "kind": "Nghị quyết", "kind_code": "NQ", "number": 25, "issuer_code": "TW",
             "issuer": "Ban Chấp hành Trung ương", "province": None, "place": None}  # fmt: skip
    office.document(**given, issued_on=date(2013, 6, 3), title="về công tác dân vận")
    office.document(**given, issued_on=date(2026, 8, 22), title="về công tác tư tưởng")
    story(office, "Thực hiện Nghị quyết 25-NQ/TW")
    answer = chat.say("/tim 25-NQ/TW")
    assert answer is not None
    names = [button.text for row in answer.buttons for button in row if "25-NQ/TW" in button.text]
    assert len(set(names)) == 2
    assert any("03/06/2013" in name for name in names)


def test_what_a_search_left_out_is_said(office: Office, chat: Chat) -> None:
    story(office, "Dân vận khéo ở xã Mẫu")
    assert "không có chữ hay số nào" in chat.ask("/tim 🎉")
    assert "vừa cần có vừa bị loại ra" in chat.ask("/tim dân -dân")
    assert "chỉ xét 1000 ký tự đầu" in chat.ask(f"/tim {'dân vận ' * 300}")


def test_a_pause_of_no_days_is_asked_back_and_marks_stand_on_any_letter(office: Office, chat: Chat) -> None:
    for said in ("/tamdung abc", "/tamdung 0", f"/tamdung {'9' * 5000}", "/tamdung một tuần"):
        assert "số ngày" in chat.ask(said)
    with transaction(office.engine) as session:
        assert session.scalars(select(SubscriberRow.paused_until)).all() == [None]
    chat.ask("/tamdung")
    with transaction(office.engine) as session:
        assert session.scalars(select(SubscriberRow.paused_until)).one() == NOW + timedelta(days=1)
    assert "Bản tin buổi sáng" not in chat.ask("/luat xoá 2")  # old and new way to put the mark


def test_province_by_former_name_and_newest(office: Office, chat: Chat) -> None:
    story(office, "Tin Thanh Hóa")
    office.document(first_article_id=story(office, "Ban hành"), title="về dân vận")
    assert "Tin Thanh Hóa" in chat.ask("/tinh thanh hoa")
    assert "Không có tỉnh" in chat.ask("/tinh Tây Trúc")
    newest = chat.ask("/moi")
    assert "Văn bản mới nhất" in newest
    assert "Tin Thanh Hóa" in newest


def test_report_help_and_health(office: Office, chat: Chat) -> None:
    assert "Bản tin dân vận" in chat.ask("/baocao")
    assert "/tim" in chat.ask("/trogiup")
    assert "chỉ dành cho người vận hành" in chat.ask("/nguon")
    office.chat(99, operator=True)
    assert "Lượt thu thập gần nhất: chưa có lượt nào" in Chat(office, "99").ask("/nguon")


def test_76_rule_by_command_tells_the_hits_before_it_is_saved(office: Office, chat: Chat) -> None:
    for _ in range(3):
        office.document(first_article_id=office.article())
    asked = chat.say("/luat them loai=chỉ thị; tinh=thanh hoa; tu=dân vận; nhan=ngay; khan")
    assert asked is not None
    assert "khớp 3 trong 3 văn bản" in parse(str(asked.html))[0]
    with transaction(office.engine) as session:
        assert session.query(RuleRow).count() == 2
    saved = chat.press(asked, "Lưu quy tắc")
    assert "✅ Đã lưu" in str(saved.html)
    with transaction(office.engine) as session:
        row = session.scalars(select(RuleRow).order_by(RuleRow.id.desc())).first()
        assert row is not None
        assert (row.kinds, row.provinces, row.words, row.urgent) == (["Chỉ thị"], ["38"], "dân vận", True)
    assert "mọi tin nên không được lưu" in chat.ask("/luat them nhan=ngay")
    assert "Không hiểu" in chat.ask("/luat them mau=xanh")
    assert chat.ask("/luat xoa 3").count("loại Chỉ thị; địa phương") == 0
    assert "số thứ tự" in chat.ask("/luat xoa 9")


def test_76_rule_by_buttons(office: Office, chat: Chat) -> None:
    draft = chat.press(chat.say("/luat"), "Thêm quy tắc")
    refused = chat.press(draft, "Xem thử")
    assert "mọi tin" in refused.toast
    draft = chat.press(chat.press(chat.press(draft, "Loại văn bản"), "Chỉ thị"), "Xong")
    provinces = chat.press(draft, "Tỉnh")
    draft = chat.press(chat.press(chat.press(provinces, "Hà Nội"), "Hà Nội"), "Xong")  # ticked and unticked
    draft = chat.press(chat.press(draft, "Nhận ngay"), "Khẩn")
    assert "/tukhoa" in str(chat.press(draft, "Từ khóa").html)
    after_words = chat.say("/tukhoa tôn giáo, dân tộc")
    saved = chat.press(chat.press(after_words, "Xem thử"), "Lưu")
    assert "✅ Đã lưu" in str(saved.html)
    with transaction(office.engine) as session:
        row = session.scalars(select(RuleRow).order_by(RuleRow.id.desc())).first()
        assert row is not None
        assert (row.kinds, row.provinces, row.words) == (["Chỉ thị"], [], "tôn giáo, dân tộc")
        assert (row.delivery, row.urgent) == ("daily", True)


def test_pause_and_quiet_hours(office: Office, chat: Chat) -> None:
    assert "Đang tạm dừng đến" in parse(str(chat.press(chat.say("/luat"), "1 tuần").html))[0]
    assert "Đang nhận tin" in parse(str(chat.press(chat.say("/luat"), "Nhận lại").html))[0]
    assert "Giờ yên lặng: 20:30–07:00" in chat.ask("/yenlang 20h30-7h")
    assert "ghi như sau" in chat.ask("/yenlang chiều")
    assert "Giờ yên lặng: không có" in chat.ask("/yenlang tắt")


def test_buttons_of_another_chat_do_nothing(office: Office, chat: Chat) -> None:
    office.chat(8)
    draft = chat.press(chat.say("/luat"), "Thêm quy tắc")
    assert "đã cũ" in Chat(office, "8").press(draft, "Xem thử").toast


@pytest.mark.parametrize(
    ("text", "private", "expected"),
    [
        ("/tim dân vận", True, ("tim", "dân vận")), ("/TIM@danvan_bot x", False, ("tim", "x")),
        ("/tim@other_bot x", False, (None, "")), ("dân vận khéo", True, ("say", "dân vận khéo")),
        ("chào cả nhà", False, (None, "")),
    ],
)  # fmt: skip
def test_commands_are_read(text: str, private: bool, expected: tuple[str | None, str]) -> None:
    assert read_command(text, "danvan_bot", private=private) == expected


@pytest.mark.parametrize("text", ["tinh=Atlantis", "cap=vũ trụ", "chude=bóng đá", "nhan=mai", "loai=Thơ"])
def test_rule_words_that_mean_nothing(text: str) -> None:
    with pytest.raises(RuleRefusedError):
        read_rule(text)


def test_more_rules_than_a_message_holds_are_counted(chat: Chat) -> None:
    with transaction(chat.office.engine) as session:
        reader = session.scalars(select(SubscriberRow.id).where(SubscriberRow.address == "7")).one()
        for number in range(70):
            session.add(
                RuleRow(subscriber_id=reader, name=f"Quy tắc {number}", words=f"dân vận {number}", created_at=NOW)
            )
    page = chat.say("/luat")
    assert page is not None
    assert sum(len(row) for row in page.buttons) <= 100
    assert "quy tắc nữa" in str(page.html)


def test_rule_words_in_any_spelling() -> None:
    rule = read_rule(
        "LOAI=nghi quyet, Chỉ thị; cap=tỉnh, trung ương; chude=dan van kheo; muc=trọng tâm; nhan=hằng ngày"
    )
    assert (rule.kinds, rule.levels) == (("Nghị quyết", "Chỉ thị"), ("province", "central"))
    assert (rule.topics, rule.grades, rule.delivery) == (("dan_van_kheo",), ("core",), "daily")


def until(true: Callable[[], object], seconds: float = 25) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.03)


def test_bot_answers_edits_and_survives_a_restart(office: Office, api: BotApi) -> None:
    with transaction(office.engine) as session:
        code = create_invitation(session, "Phòng", operator=False, uses=1, now=NOW)
    for number in range(7):
        story(office, f"Dân vận khéo {number}")
    with watching(office, check_every=0.3):
        api.write(7, f"/start {code}")
        until(lambda: len(api.of(7)) == 1)
        api.write(7, "/tim dân vận khéo")
        until(lambda: len(api.of(7)) == 2)
    assert {one["command"] for one in api.commands} >= {"tim", "vanban", "luat", "nguon"}
    results = api.of(7)[1]
    following = next(b for row in results.buttons for b in row if "Sau" in b["text"])
    api.press(results, following["callback_data"])
    office.news()
    with watching(office, check_every=0.3):
        until(lambda: results.edits)
        until(lambda: len(api.of(7)) == 3)  # the alert, delivered by the bot itself
        api.press(api.of(7)[2], api.of(7)[2].buttons[0][0]["callback_data"])
        until(lambda: any("Đã ghi nhận" in str(answer.get("text")) for answer in api.answers))
    assert "2/2" in str(results.buttons)
    assert len(api.of(7)) == 3


def test_the_bot_answers_a_question_while_a_harvest_holds_the_writer(office: Office, api: BotApi) -> None:
    """The views of its buttons are written behind the answer: they work once the harvest lets go."""
    with transaction(office.engine) as session:
        code = create_invitation(session, "Phòng", operator=False, uses=1, now=NOW)
    for number in range(7):
        story(office, f"Dân vận khéo {number}")
    with watching(office, check_every=0.3):
        api.write(7, f"/start {code}")
        until(lambda: len(api.of(7)) == 1)
        with transaction(office.engine) as harvest:
            one_writer(harvest)
            api.write(7, "/tim dân vận khéo")
            until(lambda: len(api.of(7)) == 2, seconds=5)
            results = api.of(7)[1]
            assert "7 tin" in results.text
            following = next(b for row in results.buttons for b in row if "Sau" in b["text"])
            api.press(results, next(b for row in results.buttons for b in row if b["text"] == "1")["callback_data"])
            until(lambda: "Mức: Trọng tâm" in results.text, seconds=5)
    with watching(office, check_every=0.3):
        api.press(results, following["callback_data"])
        until(lambda: "2/2" in str(results.buttons))


def test_82_silence_is_told_to_the_operator_once(office: Office, api: BotApi) -> None:
    office.chat(99, operator=True)
    with transaction(office.engine) as session:
        session.add(
            RunRow(kind="harvest", status="done", started_at=NOW, finished_at=NOW, beat_at=NOW, message="", totals={})
        )
    later = NOW + timedelta(hours=31)
    assert check_silence(office.engine, office.settings, NOW + timedelta(hours=29), watching_since=NOW) is False
    for _ in range(3):
        assert check_silence(office.engine, office.settings, later, watching_since=NOW) is True
    office.clock.skip(hours=31)
    office.deliver()
    (sent,) = api.of(99)
    assert "Không có lượt thu thập nào thành công từ 09:30 ngày 05/03/2026" in sent.text

    with transaction(office.engine) as session:
        session.add(
            RunRow(
                kind="harvest",
                status="faults",
                started_at=later,
                finished_at=later,
                beat_at=later,
                message="",
                totals={},
            )
        )
    assert check_silence(office.engine, office.settings, later, watching_since=NOW) is False
    assert check_silence(office.engine, office.settings, later + timedelta(hours=40), watching_since=NOW) is True
    assert len([text for text in office.texts_to_operators() if "thu thập" in text]) == 2


def test_82_no_run_at_all_since_the_watch_began(office: Office) -> None:
    day = timedelta(hours=31)
    assert check_silence(office.engine, office.settings, NOW + day, watching_since=NOW) is True
    assert "kể từ khi theo dõi" in office.texts_to_operators()[0]


def test_unknown_commands_and_pictures_get_a_sentence(chat: Chat) -> None:
    assert "Không có lệnh /timkiem" in chat.ask("/timkiem dân vận")
    assert "chỉ đọc được chữ" in chat.ask("/picture")
    assert "đã dùng hoặc đã hết hạn" in chat.ask("/start SAI")


def test_words_fit_a_person_or_a_group(office: Office) -> None:
    with transaction(office.engine) as session:
        code = create_invitation(session, "Phòng", operator=False, uses=2, now=NOW)
        alone = command(session, HOUSE, Talker("telegram", "7", "An"), "start", code, NOW)
        group = command(session, HOUSE, Talker("telegram", "-7", "Phòng", private=False), "start", code, NOW)
    assert alone is not None
    assert group is not None
    assert "Từ nay anh/chị nhận" in str(alone.html)
    assert "Từ nay nhóm nhận" in str(group.html)


def test_the_keyword_button_waits_for_the_words(office: Office, chat: Chat) -> None:
    draft = chat.press(chat.say("/luat"), "Thêm quy tắc")
    asked = chat.press(draft, "Từ khóa")
    assert "Gõ các từ cần theo dõi" in str(asked.html)
    taken = chat.say("/say tôn giáo, dân tộc")
    assert taken is not None
    assert "“tôn giáo” hoặc “dân tộc”" in parse(str(taken.html))[0]
    assert "🔎" in chat.ask("/say dân vận") or "Không tìm thấy" in chat.ask("/say dân vận")


def test_a_former_province_is_explained(office: Office, chat: Chat) -> None:
    story(office, "Tin Tuyên Quang", province="08")
    told = chat.ask("/tinh ha giang")
    assert "Từ 1/7/2025, Hà Giang hợp nhất vào tỉnh Tuyên Quang" in told
    assert "Tin Tuyên Quang" in told
    assert "hợp nhất" not in chat.ask("/tinh tuyen quang")


def test_a_document_names_who_carries_it_out_and_can_be_followed(office: Office, chat: Chat) -> None:
    article = story(office, "Quán triệt")
    directive, plan = office.document(symbol="33-CT/TU", number=33), office.document(symbol="77-KH/TU", kind="Kế hoạch")
    with transaction(office.engine) as session:
        session.add(DocumentLinkRow(subject_id=plan, target_id=directive, role="implements", article_id=article))
    answer = chat.say("/vanban 33-CT/TU")
    assert answer is not None
    assert "Được thực hiện bằng: Kế hoạch số 77-KH/TU (Thanh Hóa)" in parse(str(answer.html))[0]
    assert "Đang theo dõi" in chat.press(answer, "Theo dõi").toast
    assert "Theo dõi Chỉ thị số 33-CT/TU" in chat.ask("/luat")


def test_rules_can_be_edited_and_named(office: Office, chat: Chat) -> None:
    asked = chat.say("/luat them tinh=thanh hoa; tu=dân vận")
    chat.press(asked, "Lưu quy tắc")
    draft = chat.press(chat.say("/luat"), "Sửa 3")
    chat.press(chat.press(draft, "Khẩn: không"), "Xem thử")
    saved = chat.press(chat.press(draft, "Xem thử"), "Lưu quy tắc")
    assert "✅ Đã lưu" in str(saved.html)
    assert "Tin của tỉnh nhà" in chat.ask("/luat ten 3 Tin của tỉnh nhà")
    with transaction(office.engine) as session:
        rules = session.scalars(select(RuleRow).order_by(RuleRow.id)).all()
        assert [(rule.name, rule.urgent) for rule in rules][2:] == [("Tin của tỉnh nhà", True)]


def test_what_is_not_worth_an_alert_is_one_question_away(office: Office, chat: Chat) -> None:
    worth = {"symbol": "05-NQ/TU", "kind": "Nghị quyết", "kind_code": "NQ", "title": "về phát triển giao thông"}
    office.document(**worth, first_article_id=story(office, "Nghị quyết", grade="none"))
    flood = {"symbol": "12/CĐ-UBND", "kind": "Công điện", "kind_code": "CĐ", "issuer_code": "UBND"}
    office.document(**flood, title="ứng phó triều cường", first_article_id=story(office, "Triều cường", grade="none"))
    newest = chat.say("/moi")
    assert newest is not None
    assert "05-NQ/TU" in str(newest.html)
    assert "12/CĐ-UBND" not in str(newest.html)
    assert "12/CĐ-UBND" in str(chat.press(newest, "Văn bản khác").html)
    assert "05-NQ/TU" not in chat.ask("/vanbankhac")
