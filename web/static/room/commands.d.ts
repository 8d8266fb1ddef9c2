/** Every command and its fields (docs/protocol.md), written from the rules by `python -m tests.web.commands`. */

export type ExactCommand =
  | { do: "add_person"; person: string; roles: Array<"chair" | "office" | "secretary" | "desk" | "operator" | "agency" | "citizen" | "monitor" | "display" | "system">; identity: { name: string; area?: string; phone?: string }; channel?: "hall" | "venue" | "online" | "phone"; venue?: string | null; title?: string; body?: string | null; represents?: string; deputy?: boolean }
  | { do: "admit"; persons: Array<string> }
  | { do: "allow_procedure"; allowed: boolean }
  | { do: "amend_entry"; entry: string; topic?: string | null; petition?: string | null; channel?: "hall" | "venue" | "online" | "phone" | null; venue?: string | null }
  | { do: "answer_in_writing"; speech: string }
  | { do: "answer_petitions"; petitions: Array<string>; by?: string | null; answer?: string }
  | { do: "appoint_secretary"; person: string }
  | { do: "begin_recording"; stage?: boolean }
  | { do: "call_entry"; entry: string; reason?: string }
  | { do: "call_next" }
  | { do: "call_to_answer"; entry: string; person: string; about: string }
  | { do: "change_format"; format: string }
  | { do: "close_conference" }
  | { do: "close_queue" }
  | { do: "confirm"; proposal: string }
  | { do: "correct_line"; line: string; corrects: string; text: string; reason: string }
  | { do: "count_people"; venue: string; count: number }
  | { do: "decline_floor"; entry: string }
  | { do: "defer_petition"; petition: string; reason: string }
  | { do: "dismiss"; proposal: string }
  | { do: "drop_outcome"; outcome: string; version: number }
  | { do: "empty_queue"; reason?: string }
  | { do: "end_interposition" }
  | { do: "end_recording"; reason?: string }
  | { do: "enqueue"; entry: string; topic: string; motive?: "procedure" | "follow_up" | "statement" | "answer"; person?: string | null; petition?: string | null; represents?: string }
  | { do: "extend_notice"; ground: string; words: string }
  | { do: "extend_time"; seconds: number }
  | { do: "finish_minutes" }
  | { do: "hand_gavel"; to: string; reason?: string }
  | { do: "interpose"; speech: string; person: string }
  | { do: "join"; notice_read: boolean; rules_accepted: boolean; with_devices?: boolean }
  | { do: "lift_silence" }
  | { do: "limit_queue"; limit: number | null }
  | { do: "mark_answered"; speech: string }
  | { do: "move_entry"; entry: string; other: string; before?: boolean }
  | { do: "move_to_step"; step: number; reason?: string }
  | { do: "name_representative"; petition: string; person: string; authority: string }
  | { do: "open_queue" }
  | { do: "pause_clock" }
  | { do: "propose"; proposal: string; rung: "remind" | "stop" | "unqueue" | "refuse"; person: string; words: string; ground?: "no_capacity" | "under_influence" | "breach" | null; rule?: number | null }
  | { do: "raise_petition"; petition: string; speech: string; content: string; field?: string }
  | { do: "readmit"; person: string; reason: string }
  | { do: "refuse"; person: string; ground: "no_capacity" | "under_influence" | "breach"; words: string; rule?: number | null; after?: string }
  | { do: "register_person"; person: string; identity: { name: string; area?: string; phone?: string }; channel?: "hall" | "venue" | "online" | "phone"; venue?: string | null; represents?: string }
  | { do: "release_line"; line: string; released?: boolean }
  | { do: "remind"; person: string; words: string }
  | { do: "remove_entry"; entry: string; reason?: string }
  | { do: "reopen_minutes" }
  | { do: "report_escorted"; person: string }
  | { do: "report_venue"; venue: string; status: string; note?: string }
  | { do: "resume_clock" }
  | { do: "resume_session" }
  | { do: "send_back"; persons: Array<string>; reason?: string }
  | { do: "set_outcome"; outcome: string; kind: "accepted" | "settled" | "assigned" | "explained" | "beyond_authority" | "to_study"; about: Array<string>; text: string; lead?: string | null; coordinating?: Array<string>; due?: string | null; to?: string | null; version?: number }
  | { do: "show_on_display"; mode: string }
  | { do: "sign_minutes"; digest: string }
  | { do: "silence_all" }
  | { do: "stop_speech"; reason?: string }
  | { do: "strike_line"; line: string; version: number }
  | { do: "take_break"; minutes?: number }
  | { do: "take_floor"; entry: string }
  | { do: "take_gavel"; reason: string }
  | { do: "tick"; item: string }
  | { do: "turn_away"; persons: Array<string>; reason?: string }
  | { do: "undo" }
  | { do: "waive"; item: string; reason: string }
  | { do: "withdraw"; entry: string }
  | { do: "write_line"; line: string; text: string; version?: number; kind?: string; speech?: string | null; petition?: string | null; about?: string | null; topic?: string; field?: string; body?: string | null }
  | { do: "yield_floor" };
