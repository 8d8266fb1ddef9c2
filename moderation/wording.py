"""The Vietnamese sentences of the minutes' own lines. The record is in Vietnamese, whatever language a screen uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moderation.conference import Conference
    from moderation.minutes import Line

STEPS = {
    1: "Giới thiệu đại biểu, chương trình, nội quy; giới thiệu chủ trì; cử thư ký và bộ phận tổng hợp",
    2: "Người chủ trì thông báo nội dung, nêu mục đích, yêu cầu của hội nghị",
    3: "Báo cáo trả lời ý kiến, kiến nghị đã thu thập trước hội nghị",
    4: "Nhân dân phát biểu ý kiến",
    5: "Người chủ trì trả lời hoặc yêu cầu cơ quan, đơn vị giải trình",
    6: "Nhân dân tiếp tục trao đổi",
    7: "Người chủ trì kết luận",
}

ITEMS = {
    "delegates": "Giới thiệu đại biểu, thành phần tham dự",
    "programme": "Giới thiệu nội dung chương trình hội nghị",
    "house_rules": "Phổ biến nội quy hội nghị",
    "chair_introduced": "Giới thiệu người chủ trì",
    "secretaries": "Cử thư ký ghi biên bản",
    "desk": "Phân công bộ phận tổng hợp, đăng ký phát biểu",
    "point_situation": "Thông báo khái quát tình hình (điểm a khoản 1 Điều 6)",
    "point_opinions": "Nêu các nội dung lấy ý kiến Nhân dân (điểm b khoản 1 Điều 6)",
    "point_acceptance": "Nêu việc tiếp thu, chỉ đạo giải quyết (điểm c khoản 1 Điều 6)",
    "point_policies": "Thông báo chủ trương, dự án, quyền lợi và trách nhiệm (điểm a khoản 2 Điều 6)",
    "point_groups": "Nêu nội dung đối thoại với từng giới, tầng lớp (điểm b khoản 2 Điều 6)",
    "point_prolonged": "Vụ việc phức tạp, kéo dài (điểm a khoản 3 Điều 6)",
    "point_serious": "Vụ việc có thể gây hậu quả nghiêm trọng (điểm b khoản 3 Điều 6)",
    "point_sudden": "Vụ việc đột xuất, bất ngờ (điểm c khoản 3 Điều 6)",
    "purpose": "Nêu mục đích, yêu cầu, nội dung chủ yếu của hội nghị",
}

FORMATS = {"in_person": "trực tiếp", "online": "trực tuyến", "combined": "kết hợp trực tiếp với trực tuyến"}

GROUNDS = {
    "no_capacity": "không có đủ năng lực hành vi dân sự",
    "under_influence": "đang trong tình trạng sử dụng rượu, bia hoặc chất kích thích khác",
    "breach": "vi phạm nội quy, quy chế đối thoại",
}

CHANNELS = {"hall": "tại hội trường", "venue": "tại điểm cầu", "online": "trực tuyến", "phone": "qua điện thoại"}

MOTIVES = {
    "statement": "phát biểu",
    "follow_up": "trao đổi thêm",
    "procedure": "nêu ý kiến về trình tự",
    "answer": "trả lời",
}

VENUE = {"stable": "hoạt động ổn định", "no_sound": "mất tiếng", "no_picture": "mất hình", "lost": "mất kết nối", "unknown": "chưa báo"}

RECORDING_ENDED = {
    "": "Kết thúc ghi âm, ghi hình hội nghị.",
    "disk_full": "Việc ghi âm, ghi hình dừng lại vì hết chỗ lưu trữ.",
    "io": "Việc ghi âm, ghi hình dừng lại vì lỗi lưu trữ.",
}

ERASED = "(đã xóa thông tin theo yêu cầu)"


def called(c: Conference, person: str | None) -> str:
    """The name a person goes by in the room, with organisation or area; nothing else of their data."""
    if person is None or person not in c.people:
        return "hệ thống"
    who = c.people[person]
    name = who.identity.name if who.identity else ERASED
    return f"{name} ({who.represents})" if who.represents else name


def full(words: str) -> str:
    """The words with a full stop, unless they end in a mark of their own."""
    words = words.strip()
    return words if not words or words[-1] in ".!?…" else words + "."


def sentence(c: Conference, line: Line) -> str:
    """What the room itself says in this line, without the secretary's text."""
    p: Mapping[str, Any] = line.params
    who = called(c, p.get("person")) if "person" in p else ""
    because = f" Lý do: {full(p['reason'])}" if p.get("reason") else ""
    venues = {v.id: v.name for v in c.plan.venues}
    bodies = {b.id: b.short for b in c.plan.bodies}
    match line.code:
        case "conference_opened":
            return "Khai mạc hội nghị."
        case "conference_closed":
            return "Kết thúc hội nghị."
        case "step_opened":
            return f"Bước {p['step']}: {STEPS[p['step']]}.{because}"
        case "ticked":
            return f"{ITEMS[p['item']]}."
        case "waived":
            return f"Bỏ qua: {ITEMS[p['item']]}.{because}"
        case "secretary_appointed":
            return f"Cử {who} làm thư ký ghi biên bản."
        case "break_taken":
            return f"Hội nghị tạm nghỉ {p['minutes']} phút."
        case "session_resumed":
            return "Hội nghị tiếp tục."
        case "gavel_handed":
            return f"{who} {'tiếp quản việc' if p['taken'] else 'được giao'} điều hành hội nghị.{because}"
        case "format_changed":
            return f"Chủ trì quyết định chuyển hình thức hội nghị sang {FORMATS[p['format']]}."
        case "venue_reported":
            note = f" {full(p['note'])}" if p["note"] else ""
            return f"Điểm cầu {venues.get(p['venue'], p['venue'])}: {VENUE[p['status']]}.{note}"
        case "people_counted":
            return f"{venues.get(p['venue'], p['venue'])}: có mặt {p['count']} người."
        case "floor_given" | "answer_called" | "interposed":
            return spoken(c, line)
        case "prompt_missed":
            return f"{called(c, c.queue.entries[p['entry']].person)} được mời nhưng không trả lời."
        case "writing_promised":
            return f"Ý kiến của {called(c, c.speeches[p['speech']].person)} sẽ được trả lời bằng văn bản."
        case "reminded":
            return f"Chủ trì nhắc nhở {who}: {full(p['words'])}"
        case "refused":
            rule = f" (điểm {p['rule']} nội quy)" if p["rule"] else ""
            by = f" Người đề xuất: {called(c, p['proposed_by'])}." if p["proposed_by"] else ""
            return f"Chủ trì từ chối đối thoại với {who}. Căn cứ khoản 3 Điều 4: {GROUNDS[p['ground']]}{rule}. {full(p['words'])}{by}"
        case "readmitted":
            return f"Chủ trì cho {who} tiếp tục tham gia.{because}"
        case "petitions_answered":
            by = f" {bodies[p['body']]} báo cáo." if p["body"] else ""
            return f"Đã trả lời các kiến nghị: {', '.join(p['petitions'])}.{by}"
        case "petition_deferred":
            return f"Kiến nghị {p['petition']} được đưa ra trao đổi tại hội nghị.{because}"
        case "petition_raised":
            petition = c.petitions[p["petition"]]
            return f"Ghi nhận kiến nghị mới {p['petition']}: {full(petition.content)}"
        case "representative_named":
            return f"{who} là người đại diện phát biểu về kiến nghị {p['petition']}; văn bản cử: {full(p['authority'])}"
        case "notice_extended":
            ground = {"beyond_authority": "có nội dung vượt thẩm quyền", "complex": "có nội dung phức tạp, liên quan nhiều cơ quan"}[p["ground"]]
            return f"Thời hạn ban hành Thông báo kết luận là 15 ngày làm việc: {ground}. {full(p['words'])}"
        case "all_silenced":
            return "Chủ trì yêu cầu giữ trật tự, tạm ngắt mọi micro."
        case "silence_lifted":
            return "Hội nghị trở lại trật tự, tiếp tục làm việc."
        case "recording_begun":
            return "Bắt đầu ghi âm, ghi hình hội nghị."
        case "recording_ended":
            return RECORDING_ENDED[str(p["reason"])]
    return ""


def spoken(c: Conference, line: Line) -> str:
    """Who spoke, through which channel and for how long; the clock times are those of the speech itself."""
    speech = c.speeches[line.speech] if line.speech else None
    if speech is None:
        return ""
    who = c.people[speech.person]
    entry = c.queue.entries[speech.entry]
    venues = {v.id: v.name for v in c.plan.venues}
    place = f"tại điểm cầu {venues.get(entry.venue or '', '')}" if entry.channel == "venue" else CHANNELS[entry.channel]
    if speech.motive == "answer":
        return f"{called(c, who.id)} trả lời."
    if speech.interposes:
        return f"{called(c, who.id)} nêu ý kiến xen."
    behalf = f", thay mặt {entry.represents}" if entry.represents and entry.represents != who.represents else ""
    return f"{called(c, who.id)} {MOTIVES[speech.motive]} {place}{behalf}."
