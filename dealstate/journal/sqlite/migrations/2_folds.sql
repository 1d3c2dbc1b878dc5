-- What the library made of the journal: Materialise writes it, and no SQL computes it. A fold
-- is one run over all deals, up to a position, as of an instant, under a policy. While it is
-- building, the views show the one before; then that is dropped, and its rows are removed.
CREATE TABLE folds (
	fold     INTEGER PRIMARY KEY,
	policy   TEXT NOT NULL,
	position INTEGER NOT NULL, -- of the last entry it knows
	as_of    TEXT,             -- NULL: the journal was empty
	known_by TEXT,             -- NULL: all there was up to the position
	stage    TEXT NOT NULL DEFAULT 'building' CHECK (stage IN ('building', 'complete', 'dropped'))
) STRICT;

CREATE TABLE fold_states (
	fold INTEGER NOT NULL, deal TEXT NOT NULL, title TEXT, state TEXT NOT NULL, since TEXT, moved_by TEXT, revision INTEGER NOT NULL,
	approval TEXT NOT NULL,    -- met, pending or lost
	awaiting TEXT NOT NULL,    -- JSON array of party ids, as approved
	approved TEXT NOT NULL, in_force TEXT, next_clock TEXT, next_at TEXT, warnings INTEGER NOT NULL,
	snapshot TEXT NOT NULL,    -- the whole of it, as JSON
	PRIMARY KEY (fold, deal)
) STRICT, WITHOUT ROWID;

CREATE TABLE fold_decisions (
	fold INTEGER NOT NULL, deal TEXT NOT NULL, number INTEGER NOT NULL, -- its place in the fold of the deal, from 1
	event TEXT, kind TEXT, clock TEXT, party TEXT, "commitment" TEXT, timer TEXT, at TEXT NOT NULL, outcome TEXT NOT NULL, rule TEXT,
	from_state TEXT NOT NULL, to_state TEXT NOT NULL, revision INTEGER NOT NULL,
	decision TEXT NOT NULL,    -- the whole of it, with all reasons, as JSON
	PRIMARY KEY (fold, deal, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE fold_spells (
	fold INTEGER NOT NULL, deal TEXT NOT NULL, number INTEGER NOT NULL,
	state TEXT NOT NULL, next_state TEXT, ended_by TEXT, begins TEXT NOT NULL, ends TEXT NOT NULL, seconds REAL NOT NULL,
	censored INTEGER NOT NULL, unseen INTEGER NOT NULL,
	PRIMARY KEY (fold, deal, number)
) STRICT, WITHOUT ROWID;

-- The newest complete fold of each policy, and how many entries have come since.
CREATE VIEW current_folds AS
SELECT fold, policy, position, as_of, known_by, (SELECT coalesce(max(position), 0) FROM entries) - position AS entries_since
FROM folds AS f WHERE fold = (SELECT max(fold) FROM folds AS o WHERE o.policy = f.policy AND o.stage = 'complete');

CREATE VIEW states AS
SELECT f.policy, f.position, f.as_of, s.deal, s.title, s.state, s.since, s.moved_by, s.revision, s.approval, s.awaiting, s.approved, s.in_force, s.next_clock, s.next_at, s.warnings, s.snapshot
FROM current_folds AS f JOIN fold_states AS s ON s.fold = f.fold;

CREATE VIEW decisions AS
SELECT f.policy, f.position, f.as_of, d.deal, d.number, d.event, d.kind, d.clock, d.party, d."commitment", d.timer, d.at, d.outcome, d.rule, d.from_state, d.to_state, d.revision, d.decision
FROM current_folds AS f JOIN fold_decisions AS d ON d.fold = f.fold;

CREATE VIEW spells AS
SELECT f.policy, f.position, f.as_of, s.deal, s.number, s.state, s.next_state, s.ended_by, s.begins, s.ends, s.seconds, s.censored, s.unseen
FROM current_folds AS f JOIN fold_spells AS s ON s.fold = f.fold;
