//go:build peers

package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/store"
	"zoomtag/store/postgres/pgtest"

	"github.com/jackc/pgx/v5"
)

// cluster is several daemons that share a state in PostgreSQL, with Google calendars and Zoom.
type cluster struct {
	*crashWorld
	google   *crashGoogle
	server   *pgtest.Server
	standby  *pgtest.Server // nil: there is none
	database string         // its URL, for the test
	workers  []*clusterWorker
	names    []string // of the calendars
}

// clusterWorker is one of the daemons, with what is between it and the others.
type clusterWorker struct {
	c        *cluster
	name     string
	dir      string
	zoom     *pgtest.Proxy   // before Zoom
	database []*pgtest.Proxy // before each server of the database
	log      safeBuffer

	mu   sync.Mutex
	cmd  *exec.Cmd
	gone chan struct{}
}

// recording has the database write down, in the order of the commits, who got which shard and who has changed a record
// or the cursor of which calendar; whoever is asked to may have one be due. Workers go by the names of their
// connections.
const recording = `
CREATE SCHEMA proof;
CREATE TABLE proof.members (id uuid PRIMARY KEY, worker text NOT NULL);
CREATE TABLE proof.history (n bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(), shard int,
	calendar text, worker text);
CREATE FUNCTION proof.joined() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	INSERT INTO proof.members VALUES (NEW.id, current_setting('application_name')); RETURN NULL; END $$;
CREATE FUNCTION proof.owned() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	INSERT INTO proof.history (shard, worker) VALUES (NEW.shard, (SELECT worker FROM proof.members WHERE id = NEW.owner));
	RETURN NULL; END $$;
CREATE FUNCTION proof.wrote() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE
	zero int := position('\x00'::bytea IN NEW.key);
BEGIN
	-- Before this stand the checksum, and when it is due and was changed.
	IF TG_TABLE_NAME = 'bucket_records' AND TG_OP = 'UPDATE'
		AND substring(OLD.value FROM 29) = substring(NEW.value FROM 29) THEN RETURN NULL; END IF;
	INSERT INTO proof.history (calendar, worker) VALUES (convert_from(CASE WHEN zero > 0 THEN
		substring(NEW.key FROM 1 FOR zero - 1) ELSE NEW.key END, 'UTF8'), current_setting('application_name'));
	RETURN NULL; END $$;
CREATE TRIGGER joined AFTER INSERT ON zoomtag.members FOR EACH ROW EXECUTE FUNCTION proof.joined();
CREATE TRIGGER owned AFTER UPDATE ON zoomtag.shards FOR EACH ROW WHEN (OLD.owner IS DISTINCT FROM NEW.owner)
	EXECUTE FUNCTION proof.owned();
CREATE TRIGGER wrote AFTER INSERT OR UPDATE ON zoomtag.bucket_cursors FOR EACH ROW EXECUTE FUNCTION proof.wrote();
CREATE TRIGGER wrote AFTER INSERT OR UPDATE ON zoomtag.bucket_records FOR EACH ROW EXECUTE FUNCTION proof.wrote();
`

func newCluster(t testing.TB, workers, calendars int, more string, standby bool) *cluster {
	t.Helper()
	c := &cluster{server: pgtest.Start(t)}
	c.crashWorld = newCrashWorldOf(t, newCrashGoogle)
	var ok bool
	if c.google, ok = c.crashCalendar.(*crashGoogle); !ok {
		t.Fatal("this world has no Google calendar")
	}
	c.database = c.server.Database(t)
	st, err := store.Open(c.database, store.Options{}) // makes the tables
	c.must(err)
	c.must(st.Close())
	c.query(func(ctx context.Context, db *pgx.Conn) error {
		_, err := db.Exec(ctx, recording)
		return err
	})
	servers := []*pgtest.Server{c.server}
	if standby {
		c.standby = c.server.Standby(t)
		c.standby.Synchronous(t)
		servers = append(servers, c.standby)
	}
	for i := range calendars {
		name := fmt.Sprintf("team%d", i)
		c.google.server.AddCalendar(name, googletest.Calendar{})
		c.names = append(c.names, name)
	}
	for i := range workers {
		c.workers = append(c.workers, c.newWorker(fmt.Sprintf("w%d", i), more, servers))
	}
	return c
}

func (c *cluster) newWorker(name, more string, servers []*pgtest.Server) *clusterWorker {
	w := &clusterWorker{c: c, name: name, dir: filepath.Join(c.dir, name)}
	c.must(os.Mkdir(w.dir, 0o700))
	database, err := url.Parse(c.database)
	c.must(err)
	var hosts []string
	for _, s := range servers {
		p := pgtest.NewProxy(c.t, s.Addr())
		w.database, hosts = append(w.database, p), append(hosts, p.Addr())
	}
	database.Host = strings.Join(hosts, ",")
	q := database.Query()
	q.Set("application_name", name)
	q.Set("target_session_attrs", "read-write")
	database.RawQuery = q.Encode()
	api, err := url.Parse(c.zoom.APIURL())
	c.must(err)
	w.zoom = pgtest.NewProxy(c.t, api.Host)
	through := func(address string) string { return strings.Replace(address, api.Host, w.zoom.Addr(), 1) }
	var list []string
	for _, calendar := range c.names {
		list = append(list, fmt.Sprintf("{ name: %s, google: { credentials: %q, subject: %s, api_url: %q, calendar: %s } }",
			calendar, c.google.key, googletest.Account, c.google.server.APIURL(), calendar))
	}
	config := fmt.Sprintf("%sstate: %s\nstore: %q\nlisten: \"\"\ngrace: 1m\nzone: UTC\nzoom: { account_id: account, "+
		"client_id: client, client_secret: secret, host: a@example.com, api_url: %q, oauth_url: %q }\ncalendars: [ %s ]\n",
		more, filepath.Join(w.dir, "state", "zoomtag.db"), database, through(c.zoom.APIURL()),
		through(c.zoom.OAuthURL()), strings.Join(list, ", "))
	c.must(os.WriteFile(filepath.Join(w.dir, "zoomtag.yaml"), []byte(config), 0o600))
	c.t.Cleanup(w.kill)
	return w
}

// rewrite changes a worker's configuration.
func (w *clusterWorker) rewrite(from, to string) {
	w.c.t.Helper()
	path := filepath.Join(w.dir, "zoomtag.yaml")
	text, err := os.ReadFile(path)
	w.c.must(err)
	if strings.Count(string(text), from) != 1 {
		w.c.t.Fatalf("%q does not stand in %s once", from, path)
	}
	w.c.must(os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o600))
}

// query asks the server that is there now.
func (c *cluster) query(ask func(ctx context.Context, db *pgx.Conn) error) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 5*time.Minute)
	defer cancel()
	db, err := pgx.Connect(ctx, c.database)
	c.must(err)
	c.must(ask(ctx, db))
	c.must(db.Close(ctx))
}

// start starts a daemon that does not run.
func (w *clusterWorker) start(env ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cmd != nil {
		return
	}
	cmd := exec.Command(w.c.binary, "--config", filepath.Join(w.dir, "zoomtag.yaml"), "run")
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = &w.log, &w.log
	w.c.must(cmd.Start())
	gone := make(chan struct{})
	w.cmd, w.gone = cmd, gone
	go func() {
		defer close(gone)
		_ = cmd.Wait() // it says that it was killed
		w.mu.Lock()
		defer w.mu.Unlock()
		w.cmd = nil
	}()
}

// signal sends a signal to a daemon, if it runs, and reports whether it does.
func (w *clusterWorker) signal(s syscall.Signal) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cmd != nil && w.cmd.Process.Signal(s) == nil
}

// kill kills a daemon, if it runs, and waits for its end.
func (w *clusterWorker) kill() { w.end(syscall.SIGKILL) }

func (w *clusterWorker) end(s syscall.Signal) {
	w.mu.Lock()
	gone := w.gone
	w.mu.Unlock()
	for ok := w.signal(s); ok; {
		select {
		case <-gone:
			return
		case <-time.After(lapse):
			w.signal(syscall.SIGCONT) // one that is frozen hears nothing
		}
	}
}

// stopped reports whether a daemon runs and is frozen.
func (w *clusterWorker) stopped() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cmd == nil {
		return false
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", w.cmd.Process.Pid))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(text), ") ")
	return strings.HasPrefix(state, "T")
}

// owners are the workers of the calendars.
func (c *cluster) owners() map[string]string {
	owners := map[string]string{}
	c.query(func(ctx context.Context, db *pgx.Conn) error {
		for _, name := range c.names {
			var worker *string
			err := db.QueryRow(ctx, `SELECT (SELECT p.worker FROM proof.members p WHERE p.id = s.owner)
				FROM zoomtag.shards s WHERE s.shard = $1`, store.ShardOf(name)).Scan(&worker)
			if err != nil {
				return err
			}
			if worker != nil {
				owners[name] = *worker
			}
		}
		return nil
	})
	return owners
}

// calendarsOf are the calendars of a worker, sorted.
func (c *cluster) calendarsOf(w *clusterWorker) (names []string) {
	for name, owner := range c.owners() {
		if owner == w.name {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// shardsOf is how many shards a worker has.
func (c *cluster) shardsOf(w *clusterWorker) (n int) {
	c.query(func(ctx context.Context, db *pgx.Conn) error {
		return db.QueryRow(ctx, `SELECT count(*) FROM zoomtag.shards s JOIN proof.members p ON p.id = s.owner
			WHERE p.worker = $1`, w.name).Scan(&n)
	})
	return n
}

// checkHistory checks that nobody has changed anything whose calendar was another one's, and returns how many changes
// there were, and how often a shard of a calendar has changed hands.
func (c *cluster) checkHistory() (changes, handed int) {
	c.t.Helper()
	owner, ofShard := map[int]string{}, map[int]bool{}
	for _, name := range c.names {
		ofShard[store.ShardOf(name)] = true
	}
	c.query(func(ctx context.Context, db *pgx.Conn) error {
		rows, err := db.Query(ctx, "SELECT n, shard, calendar, coalesce(worker, '') FROM proof.history ORDER BY n")
		if err != nil {
			return err
		}
		var n int64
		var shard *int
		var calendar *string
		var worker string
		_, err = pgx.ForEachRow(rows, []any{&n, &shard, &calendar, &worker}, func() error {
			if shard != nil {
				owner[*shard] = worker
				if ofShard[*shard] {
					handed++
				}
				return nil
			}
			if changes++; owner[store.ShardOf(*calendar)] != worker {
				c.t.Errorf("change %d, in %s, is by %s, while %q had it", n, *calendar, worker,
					owner[store.ShardOf(*calendar)])
			}
			return nil
		})
		return err
	})
	return changes, handed
}

// event is one of a cluster's calendars.
type event struct{ calendar, id string }

func (c *cluster) add(calendar, title string) event {
	start := nextWeek()
	return event{calendar, c.google.server.Put(calendar, googletest.JSON{"summary": title,
		"start": googletest.JSON{"dateTime": start.Format(time.RFC3339), "timeZone": "UTC"},
		"end":   googletest.JSON{"dateTime": start.Add(time.Hour).Format(time.RFC3339), "timeZone": "UTC"}})}
}

// logs are what the workers have said, the last lines of each.
func (c *cluster) logs() string {
	var all []string
	for _, w := range c.workers {
		lines := strings.Split(w.log.String(), "\n")
		all = append(all, w.name+":\n"+strings.Join(lines[max(len(lines)-60, 0):], "\n"))
	}
	return strings.Join(all, "\n")
}

// percentile is one of a sorted list.
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[min(len(sorted)*p/100, len(sorted)-1)].Round(10 * time.Millisecond)
}

// takeovers kills workers, one after the other, and measures how long it takes until another one has changed something
// in a calendar of theirs, by the database's clock.
func (c *cluster) takeovers(kills int) (list []time.Duration) {
	turn := 0
	for n := range kills {
		var victim *clusterWorker
		var has []string
		// Shares are even among many shards: of nine calendars one of three workers has none now and then.
		eventually(c.t, "a worker has calendars", 5*time.Minute, func() bool {
			victim = c.workers[turn%len(c.workers)]
			turn++
			has = c.calendarsOf(victim)
			return len(has) > 0
		})
		var before int64
		var at time.Time
		c.query(func(ctx context.Context, db *pgx.Conn) error {
			victim.kill()
			return db.QueryRow(ctx, "SELECT clock_timestamp(), coalesce(max(n), 0) FROM proof.history").Scan(&at, &before)
		})
		for i, name := range has {
			c.add(name, fmt.Sprintf("Talk #zoom(host=k%dn%d@example.com)", n, i))
		}
		var took time.Duration
		eventually(c.t, "another one goes on", 5*time.Minute, func() bool {
			var first *time.Time
			c.query(func(ctx context.Context, db *pgx.Conn) error {
				return db.QueryRow(ctx, "SELECT min(at) FROM proof.history WHERE n > $1 AND calendar = ANY($2) AND worker <> $3",
					before, has, victim.name).Scan(&first)
			})
			if first == nil {
				return false
			}
			took = first.Sub(at)
			return true
		})
		list = append(list, took)
		victim.start()
	}
	slices.Sort(list)
	return list
}

// begin starts all workers and waits until each calendar is somebody's.
func (c *cluster) begin() {
	for _, w := range c.workers {
		w.start()
	}
	eventually(c.t, "each calendar has a worker", 5*time.Minute, func() bool { return len(c.owners()) == len(c.names) })
}
