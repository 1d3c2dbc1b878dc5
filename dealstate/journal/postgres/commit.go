package postgres

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// Positions are dense because writers take turns: each holds an advisory lock from before it
// asks for the last position until its transaction has ended. Numbers of a sequence would be
// given out before the commit, so that a reader who has seen 8 could miss 7, which is
// committed later; and an aborted transaction would leave a gap.

// writer is the connection that writes. It is the committer's. No caller's context interrupts
// it, for a transaction is answered as it ended; only a caller who commits his own request
// leaves it to others when his context ends.
type writer struct {
	*Store
	conn  *pgx.Conn // nil: not yet, or not any more
	looks bool      // the last transaction had something that is kept already
}

func (w *writer) close() {
	if w.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = w.conn.Close(ctx)
	}
}

// commit keeps what is new in the requests, and answers them when it is durable.
func (w *writer) commit(requests []*request) {
	b := w.batch(context.Background(), requests)
	b.answer(requests, w.again(context.Background(), b.try))
}

// commitOwn is commit for a caller's own request, until his context ends or the server is away;
// then the request has no answer. It has one if the connection was lost while an append on a
// version was committed: done again, it would be refused because of itself.
func (w *writer) commitOwn(ctx context.Context, r *request) (answered bool) {
	if w.conn == nil || w.conn.IsClosed() {
		return false
	}
	requests := []*request{r}
	b := w.batch(ctx, requests)
	err := b.try(ctx)
	open := len(b.requests) == 0
	if isOutage(err) && (ctx.Err() != nil || !open) {
		return false
	}
	b.answer(requests, w.endedOr(context.Background(), err))
	return true
}

func (w *writer) batch(until context.Context, requests []*request) *batch {
	looks := w.looks || slices.ContainsFunc(requests, func(r *request) bool { return len(r.on) > 0 })
	return &batch{writer: w, until: until, requests: slices.Clone(requests), looks: looks}
}

// answer answers the requests of which the batch was made, as its transaction ended.
func (b *batch) answer(requests []*request, err error) {
	if err == nil {
		b.tail.advance(b.last)
		b.notifier.notify(b.Store, b.last)
	}
	for _, r := range b.requests { // those that have no answer yet
		if err != nil {
			r.positions, r.err = nil, err
		}
	}
	for _, r := range requests {
		close(r.done)
	}
}

// batch is what becomes one transaction. It knows what is kept already, as [journal.Kept].
type batch struct {
	*writer
	until    context.Context // when it ends, the connection is cut
	requests []*request
	looks    bool // at what is kept already, before it writes

	last     int64
	accepted time.Time
	found    map[[2]string]kept // by deal and id
	versions map[string]int64   // by deal
	rows     []row              // to be written
}

// try tries the transaction once. What it gives where the connection was lost is an outage;
// it may then be tried again.
func (b *batch) try(context.Context) error {
	if err := b.connect(); err != nil {
		return err
	}
	// A context that may end would cost the driver a goroutine for each round trip.
	_ = b.conn.PgConn().Conn().SetDeadline(time.Now().Add(b.timeout()))
	defer b.cut()()
	err := b.write(context.Background())
	if err == nil {
		return nil
	}
	if isOutage(err) { // a server that is read-only, or does not answer, leaves the connection open
		b.close()
	}
	if b.conn.IsClosed() {
		b.looks = true // for it may be kept now
		return lost{err}
	}
	return err
}

// cut cuts the connection when the context ends, until what it gives is called.
func (b *batch) cut() (stop func()) {
	if b.until.Done() == nil {
		return func() {}
	}
	cut, conn := make(chan struct{}), b.conn.PgConn().Conn()
	left := context.AfterFunc(b.until, func() {
		_ = conn.SetDeadline(time.Unix(1, 0))
		close(cut)
	})
	return func() {
		if !left() {
			<-cut // the next transaction sets a deadline of its own
		}
	}
}

// timeout is for a server that does not answer at all; one that lets us wait for the lock
// gives an error. A millisecond a row is far more than one takes.
func (b *batch) timeout() time.Duration {
	n := 0
	for _, r := range b.requests {
		n += len(r.rows)
	}
	return b.options.Busy + b.options.Outage + time.Duration(n)*time.Millisecond
}

func (w *writer) connect() (err error) {
	if w.conn == nil || w.conn.IsClosed() {
		ctx, cancel := context.WithTimeout(context.Background(), w.options.Busy+w.options.Outage)
		defer cancel()
		w.conn, err = pgx.ConnectConfig(ctx, w.config)
	}
	return err
}

// write writes at once what is likely new, and looks first where it is not.
func (b *batch) write(ctx context.Context) error {
	if !b.looks {
		written, err := b.writeAtOnce(ctx)
		if written || err != nil && code(err) != uniqueViolation && code(err) != noSuchDay {
			return err
		}
		b.looks = true
	}
	if err := b.look(ctx); err != nil {
		return b.undo(ctx, err)
	}
	if err := b.admit(); err != nil || len(b.rows) == 0 {
		return b.undo(ctx, err)
	}
	return b.writeAdmitted(ctx)
}

const takeLock = "SELECT pg_advisory_xact_lock($1, $2)"

// writeAtOnce writes all entries in one round trip, which is a transaction, or none where one
// of their ids is taken or the last entry is damaged. Where two of the entries have one id, the
// error is that of a violated uniqueness; where the last entry has a day that its month does not
// have, it is noSuchDay.
func (b *batch) writeAtOnce(ctx context.Context) (written bool, err error) {
	b.rows = b.rows[:0]
	for _, r := range b.requests {
		b.rows = append(b.rows, r.rows...)
	}
	if len(b.rows) == 0 {
		return true, nil
	}
	for i := 1; i < len(b.rows); i++ { // the first is raised to those before it by the server
		b.rows[i][colAccepted] = max(b.rows[i][colAccepted], b.rows[i-1][colAccepted])
	}
	trip := &pgx.Batch{}
	trip.Queue(takeLock, lockClass, b.lock)
	at, err := b.insert(ctx, trip, b.adding().ifNew)
	if err != nil || at == 0 {
		return false, err
	}
	for _, r := range b.requests {
		r.positions = make([]int64, len(r.rows))
		for i := range r.rows {
			r.positions[i], at = at, at+1
		}
	}
	b.last = at - 1
	return true, nil
}

// adding gives the statements that add the rows.
func (b *batch) adding() adding {
	if len(b.rows) == 1 {
		return addOne
	}
	return addMany
}

// insert adds the rows as the last of what a round trip does, and gives the position of the
// first, 0 if none was added. It has no error only once the transaction is durable, if the round
// trip ends it.
func (b *batch) insert(ctx context.Context, trip *pgx.Batch, text string, after ...string) (first int64, err error) {
	trip.Queue(b.sql(text), arguments(b.rows)...).Query(func(rows pgx.Rows) error {
		positions, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if len(positions) > 0 {
			first = positions[0]
		}
		return err
	})
	for _, text := range after {
		trip.Queue(text)
	}
	err = b.conn.SendBatch(ctx, trip).Close()
	return first, err
}

const (
	findEntries = `SELECT $selected FROM unnest($1::text[], $2::text[]) AS k (deal, id)
		CROSS JOIN LATERAL (SELECT * FROM $schema.entries AS x WHERE x.deal = k.deal AND x.id = k.id ORDER BY again DESC LIMIT 1) AS e`
	findVersions = `SELECT k.deal, e.position FROM unnest($1::text[]) AS k (deal)
		CROSS JOIN LATERAL (SELECT position FROM $schema.entries AS x WHERE x.deal = k.deal ORDER BY position DESC LIMIT 1) AS e`
)

// look begins a transaction, takes the lock, and then asks for all that decides on the
// requests: a statement sees what was committed before it began.
func (b *batch) look(ctx context.Context) error {
	var deals, ids, versions []string
	for _, r := range b.requests {
		for i := range r.rows {
			deals, ids = append(deals, r.rows[i][colDeal]), append(ids, r.rows[i][colID])
		}
		for _, v := range r.on {
			if holds(v.Deal) { // no entry is about another; to ask for it would end the transaction of all
				versions = append(versions, v.Deal)
			}
		}
	}
	trip := &pgx.Batch{}
	trip.Queue("BEGIN")
	trip.Queue(takeLock, lockClass, b.lock)
	trip.Queue(b.sql(lastEntry)).Query(func(rows pgx.Rows) (err error) {
		b.last, b.accepted, err = b.readLast(rows)
		return err
	})
	trip.Queue(b.sql(findEntries), deals, ids).Query(b.readFound)
	trip.Queue(b.sql(findVersions), versions).Query(b.readVersions)
	return b.conn.SendBatch(ctx, trip).Close()
}

func (b *batch) readFound(rows pgx.Rows) error {
	b.found = map[[2]string]kept{}
	for rows.Next() {
		k := b.read(rows.RawValues())
		b.found[k.key()] = k
	}
	b.writer.looks = len(b.found) > 0
	return rows.Err()
}

func (b *batch) readVersions(rows pgx.Rows) error {
	b.versions = map[string]int64{}
	for rows.Next() {
		var deal string
		var at int64
		if err := rows.Scan(&deal, &at); err != nil {
			return err
		}
		b.versions[deal] = at
	}
	return rows.Err()
}

// Version is that of [journal.Kept].
func (b *batch) Version(deal string) (int64, error) { return b.versions[deal], nil }

// Find is that of [journal.Kept].
func (b *batch) Find(deal, id string) (*journal.Entry, error) {
	k, ok := b.found[[2]string{deal, id}]
	if !ok || k.damage != nil {
		return nil, k.damage
	}
	return &k.Entry, nil
}

// admit decides on the requests one by one, and makes the rows of what is new in them. What is
// wrong with a request is its own.
func (b *batch) admit() error {
	b.rows = b.rows[:0]
	for _, r := range b.requests {
		var fresh []journal.Entry
		fresh, r.positions, r.err = journal.Admit(b, b.last, b.accepted, r.entries, r.on)
		r.fresh = len(fresh) > 0
		for _, e := range fresh {
			if err := b.keep(kept{Entry: e}); err != nil {
				return err
			}
		}
	}
	return nil
}

// keep makes the row of a new entry, which later ones are decided by.
func (b *batch) keep(k kept) error {
	r, err := rowOf(&k.Entry)
	if old, ok := b.found[k.key()]; ok {
		k.again = old.again + 1
		r[colAgain] = strconv.Itoa(k.again)
	}
	b.rows, b.found[k.key()] = append(b.rows, r), k
	b.last, b.accepted, b.versions[k.Deal()] = k.Position, k.Accepted, k.Position
	return err
}

// writeAdmitted writes the rows and ends the transaction.
func (b *batch) writeAdmitted(ctx context.Context) error {
	first, err := b.insert(ctx, &pgx.Batch{}, b.adding().always, "COMMIT")
	if err != nil {
		err = b.undo(ctx, err)
		if b.conn.IsClosed() {
			b.leaveOpen(err)
		}
		return err
	}
	if want := b.last - int64(len(b.rows)) + 1; first != want {
		return &DamageError{Journal: b.where, Position: want, Problem: "somebody else wrote it without taking the writers' lock"}
	}
	return nil
}

// leaveOpen answers the appends on a version that may be kept or not: done again, they would
// be refused because of themselves.
func (b *batch) leaveOpen(err error) {
	b.requests = slices.DeleteFunc(b.requests, func(r *request) bool {
		open := len(r.on) > 0 && r.fresh
		if open {
			r.positions, r.err = nil, &OutcomeError{Journal: b.where, Err: err}
		}
		return open
	})
}

// undo ends a transaction that keeps nothing, and gives why.
func (b *batch) undo(ctx context.Context, why error) error {
	if b.conn.IsClosed() {
		return why
	}
	if _, err := b.conn.Exec(ctx, "ROLLBACK"); why == nil {
		why = err
	}
	return why
}
