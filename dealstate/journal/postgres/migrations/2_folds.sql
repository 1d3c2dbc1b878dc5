-- What the library made of the journal: Materialise writes it, and no SQL computes it. A fold
-- is one run over all deals, up to a position, as of an instant, under a policy; there is the
-- newest of each policy. It comes in one transaction, with which all views change at once.
CREATE TABLE folds (
	policy   text PRIMARY KEY,
	position bigint NOT NULL,      -- of the last entry it knows
	as_of    timestamptz,          -- NULL: the journal was empty
	known_by timestamptz           -- NULL: all there was up to the position
);

CREATE TABLE fold_states (
	policy text NOT NULL, deal text COLLATE "C" NOT NULL, title text, state text NOT NULL, since timestamptz, moved_by text, revision bigint NOT NULL,
	approval text NOT NULL,        -- met, pending or lost
	awaiting text[] NOT NULL,      -- party ids, as approved
	approved text[] NOT NULL, in_force timestamptz, next_clock text, next_at timestamptz, warnings bigint NOT NULL,
	snapshot jsonb NOT NULL,       -- the whole of it
	PRIMARY KEY (policy, deal)
);

CREATE TABLE fold_decisions (
	policy text NOT NULL, deal text COLLATE "C" NOT NULL, number bigint NOT NULL, -- its place in the fold of the deal, from 1
	event text, kind text, clock text, party text, commitment text, timer text, at timestamptz NOT NULL, outcome text NOT NULL, rule text,
	from_state text NOT NULL, to_state text NOT NULL, revision bigint NOT NULL,
	decision jsonb NOT NULL,       -- the whole of it, with all reasons
	PRIMARY KEY (policy, deal, number)
);

CREATE TABLE fold_spells (
	policy text NOT NULL, deal text COLLATE "C" NOT NULL, number bigint NOT NULL,
	state text NOT NULL, next_state text, ended_by text, begins timestamptz NOT NULL, ends timestamptz NOT NULL, seconds double precision NOT NULL,
	censored boolean NOT NULL, unseen boolean NOT NULL,
	PRIMARY KEY (policy, deal, number)
);

-- The fold of each policy, and how many entries have come since.
CREATE VIEW current_folds AS
SELECT policy, position, as_of, known_by, (SELECT coalesce(max(position), 0) FROM entries) - position AS entries_since FROM folds;

CREATE VIEW states AS
SELECT policy, f.position, f.as_of, s.deal, s.title, s.state, s.since, s.moved_by, s.revision, s.approval, s.awaiting, s.approved, s.in_force, s.next_clock, s.next_at, s.warnings, s.snapshot
FROM folds AS f JOIN fold_states AS s USING (policy);

CREATE VIEW decisions AS
SELECT policy, f.position, f.as_of, d.deal, d.number, d.event, d.kind, d.clock, d.party, d.commitment, d.timer, d.at, d.outcome, d.rule, d.from_state, d.to_state, d.revision, d.decision
FROM folds AS f JOIN fold_decisions AS d USING (policy);

CREATE VIEW spells AS
SELECT policy, f.position, f.as_of, s.deal, s.number, s.state, s.next_state, s.ended_by, s.begins, s.ends, s.seconds, s.censored, s.unseen
FROM folds AS f JOIN fold_spells AS s USING (policy);
