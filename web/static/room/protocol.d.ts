/** What goes over the wire, for the type checker (docs/protocol.md, moderation/view.py). Values that may be absent are optional. */

export type Code = string;
export type Ms = number;
/** For every command: "" when it would be carried out now, else the code of the refusal. */
export type May = Record<string, Code>;

export interface Command {
  do: string;
  [field: string]: unknown;
}

export interface Face {
  id: string;
  name: string;
  area?: string;
  title?: string;
  body?: string;
  represents?: string;
  channel: "hall" | "venue" | "online" | "phone";
  venue?: string;
}

export interface Speech extends Face {
  person: string;
  motive: string;
  topic?: string;
  petition?: string;
  answers?: string;
  about?: string;
  allotted: Ms;
  used: Ms;
  since?: Ms;
  started: Ms;
  ended?: Ms;
  cause?: string;
  answered?: Ms;
  in_writing?: boolean;
  over?: boolean;
}

export interface Entry extends Face {
  person: string;
  motive: string;
  topic: string;
  petition?: string;
  since: Ms;
  status: "waiting" | "called" | "speaking" | "done" | "withdrawn" | "removed" | "missed";
  held?: boolean;
  on_behalf?: boolean;
  entered_by?: string;
  /** "invitation": a wish that came with the answer to one. */
  source?: "invitation";
  why?: string;
  details?: Record<string, any>;
  ahead?: Ms;
  /** Only among one's own entries: the place in the queue, from 1. */
  place?: number;
}

export interface Step {
  planned: { title: string; by?: string; minutes: number; starts?: string }[];
  start?: Ms;
  end?: Ms;
  visits?: number;
}

export interface Caption {
  id: string;
  at: Ms;
  who?: string;
  kind: string;
  text: string;
}

export interface Person extends Face {
  roles: string[];
  standing: string;
  present?: boolean;
  silent?: boolean;
  deputy?: boolean;
  phone?: string;
  knocked?: Ms;
  suspect?: boolean;
  gavel?: boolean;
}

export interface Petition {
  id: string;
  content: string;
  petitioner?: string;
  field?: string;
  lead?: string;
  coordinating: string[];
  beyond?: boolean;
  complex?: boolean;
  to?: string;
  prepared?: string;
  group?: boolean;
  unrepresented?: boolean;
  representative?: string;
  raised_by?: string;
  answered?: Ms;
  answered_by?: string;
  answer?: string;
  deferred?: string;
}

export interface Outcome {
  id: string;
  kind: string;
  about: string[];
  text: string;
  lead?: string;
  coordinating: string[];
  due?: string;
  to?: string;
  version: number;
  by: string;
  at: Ms;
}

export interface MinutesLine {
  id: string;
  at: Ms;
  step: number;
  kind: string;
  draft?: string;
  text?: string;
  speech?: string;
  petition?: string;
  about?: string;
  topic?: string;
  field?: string;
  body?: string;
  version: number;
  by?: string;
  released?: boolean;
  struck?: boolean;
  corrects?: string;
  reason?: string;
  from_?: Ms;
  to?: Ms;
  person?: string;
}

/** The parts that not every audience has come after `may`; which audience has which is said in `moderation/view.py`, PARTS. */
export interface View {
  phase: "planned" | "running" | "break" | "closed" | "frozen";
  title: string;
  starts: Ms;
  regime: string;
  format: "in_person" | "online" | "combined";
  place: string;
  unit: string;
  topics: string[];
  rules: string[];
  recording: string;
  /** While sound and picture are recorded: since when; after that why they are no more, when nobody ended it. */
  recorded?: { since?: Ms; stage?: boolean; failed?: string };
  venues: Record<string, { name: string; kind: string }>;
  bodies: Record<string, { name: string; short: string; superior?: boolean }>;
  chair: Partial<Face>;
  agenda: { step: number; steps: Record<string, Step>; opened?: Ms; closed?: Ms; break_since?: Ms };
  floor: { speech?: Speech; interposed?: Speech; prompt?: Face & { until: Ms; entry: string }; paused: boolean; silenced: boolean };
  queue: { open: boolean; waiting: number; procedure: boolean; limit?: number; next: Entry[] };
  counts: { statements: number; answered: number; petitions: number; petitions_answered: number; refused: number };
  captions: Caption[];
  display: string;
  times: { prompt: number; statement: number; follow_up: number; procedure: number; answer: number };
  may?: May;
  line: string[];
  entries: Record<string, Entry>;
  statements: Record<string, Speech>;
  without_outcome: string[];
  petitions: Record<string, Petition>;
  outcomes: Record<string, Outcome>;
  notice: { days: number; ground?: string; words?: string; may_extend: string[] };
  venue_states: Record<string, { status: string; note?: string; count?: number; since?: Ms }>;
  minutes: {
    lines: Record<string, MinutesLine>;
    secretaries: Face[];
    finished?: Ms;
    digest?: string;
    signatures: { person: string; role: string; digest: string; at: Ms }[];
    /** When sound and picture were recorded. */
    recorded?: { begin: Ms; end?: Ms }[];
  };
  items: Record<string, { step: number; required: boolean; done?: Ms; waived?: string }>;
  conditions: { id: string; met: boolean; missing?: number }[];
  undo: { name?: string; at?: Ms };
  people: Record<string, Person>;
  lobby: Record<string, Person>;
  proposals: Record<string, { id: string; rung: string; person: Face; words: string; by: string; at: Ms; ground?: string; rule?: number; settled?: string }>;
  reminders: { id: string; person: Face; words: string; at: Ms }[];
  refusals: {
    person: Face; ground: string; rule?: number; words: string; at: Ms; proposed_by?: string; lifted?: Ms; reason?: string; escort?: boolean;
  }[];
  escorts: { person: Face; at: Ms }[];
  /** Only to a venue's operator. */
  backup_phone?: string;
}

export interface Me extends Face {
  standing: "expected" | "lobby" | "admitted" | "joined" | "turned_away" | "refused";
  roles: string[];
  gavel: boolean;
  entries: Entry[];
  prompt?: { entry: string; until: Ms };
  near?: boolean;
  on_stage?: boolean;
  heard?: boolean;
  follow_up?: string;
  spoken?: string[];
  reminders: { id: string; words: string; at: Ms }[];
  may?: May;
  appointed?: boolean;
  since?: Ms;
  /** Of a refusal: ground, rule of the house, words, time. */
  ground?: string;
  rule?: string;
  words?: string;
  at?: Ms;
}

/** What a listener is sent, from the least to the most. */
export type Rung = "low_audio" | "audio" | "low_video" | "both";

/** One direction of a line; times in milliseconds, `loss` from 0 to 1, `level` in dBFS. */
export interface Way {
  state: "good" | "weak" | "lost";
  loss?: number;
  jitter?: number;
  round_trip?: number;
  bits?: number;
  rung?: Rung;
  why?: string;
  codecs?: string[];
  level?: number;
}

/** What a source sends (`out`, since when) and is sent (`in`). */
export interface Line {
  out?: Way;
  in?: Way;
  since?: Ms;
}

export interface Signals {
  counts?: { present: number; online: number; venues: Record<string, number>; lobby: number };
  typing?: { person: string; name: string; line: string | null };
  levels?: Record<string, any>;
  media?: { state: string };
  rung?: { session: string; rung: Rung; why: string };
  health?: { up: boolean; lines: Record<string, Line>; audience?: { count: number; weak: number; rungs: Partial<Record<Rung, number>> } };
  saving?: { ok: boolean };
}
