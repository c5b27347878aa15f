//go:build peers

package pgtest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"zoomtag/store/postgres/pgtest"
)

// patience is how long these tests wait for anything that has to come.
const patience = time.Minute

var postgres pgtest.Shared

func TestMain(m *testing.M) { os.Exit(postgres.Run(m)) }

// TestDatabases: each is empty, belongs to its user, and sees nothing of the others.
func TestDatabases(t *testing.T) {
	server := postgres.Server(t)
	one, two := server.Database(t), server.Database(t)
	write(t, one, "kept")
	if got := query(t, two, "SELECT count(*) FROM pg_class WHERE relname = 'words'"); got != "0" {
		t.Errorf("the second database has the first one's table %s times", got)
	}
	write(t, two, "other")
	if got := words(t, one); got != "kept" {
		t.Errorf("the first database holds %q", got)
	}
	for question, want := range map[string]string{
		"SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication FROM pg_roles WHERE rolname = current_user": "false",
		"SELECT pg_get_userbyid(datdba) = current_user FROM pg_database WHERE datname = current_database()":            "true",
		"SHOW fsync":              "on",
		"SHOW full_page_writes":   "on",
		"SHOW synchronous_commit": "on",
		"SHOW server_encoding":    "UTF8",
		"SHOW listen_addresses":   "127.0.0.1",
	} {
		if got := query(t, one, question); got != want {
			t.Errorf("%s: %s, want %s", question, got, want)
		}
	}
}

// TestPassword: nobody gets in without it.
func TestPassword(t *testing.T) {
	u, err := url.Parse(postgres.Server(t).Database(t))
	if err != nil {
		t.Fatal(err)
	}
	if secret, _ := u.User.Password(); len(secret) < 16 {
		t.Errorf("the password has %d letters", len(secret))
	}
	wrong := url.UserPassword("zoomtag", "wrong")
	for _, user := range []*url.Userinfo{url.User("zoomtag"), wrong, url.User("postgres")} {
		u.User = user
		db, err := pgx.Connect(t.Context(), u.String())
		if err == nil {
			t.Errorf("%s gets in", user)
			_ = db.Close(t.Context())
			continue
		}
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "28P01" {
			t.Errorf("%s: %v", user, err)
		}
	}
}

// TestEndsWithItsTest: database and server are gone when the test is.
func TestEndsWithItsTest(t *testing.T) {
	var gone, server string
	t.Run("database", func(t *testing.T) { gone = postgres.Server(t).Database(t) })
	var missing *pgconn.PgError
	if _, err := pgx.Connect(t.Context(), gone); !errors.As(err, &missing) || missing.Code != "3D000" {
		t.Errorf("the database of a test that has ended: %v", err)
	}
	var folder string
	t.Run("server", func(t *testing.T) {
		s := pgtest.Start(t, pgtest.Volatile, "max_connections=7")
		server = s.Database(t)
		for question, want := range map[string]string{"SHOW fsync": "off", "SHOW max_connections": "7"} {
			if got := query(t, server, question); got != want {
				t.Errorf("%s: %s, want %s", question, got, want)
			}
		}
		s.Administer(t, func(ctx context.Context, db *pgx.Conn) error {
			return db.QueryRow(ctx, "SHOW data_directory").Scan(&folder)
		})
	})
	if _, err := pgx.Connect(t.Context(), server); err == nil {
		t.Error("the server of a test that has ended answers")
	}
	if _, err := os.Stat(folder); folder == "" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the server of a test that has ended has left its data at %q: %v", folder, err)
	}
}

// TestKilled: also where the tests are killed, nothing of the server is left.
func TestKilled(t *testing.T) {
	const plays = "PGTEST_KILLED"
	if os.Getenv(plays) != "" {
		s := pgtest.Start(t)
		s.Administer(t, func(ctx context.Context, db *pgx.Conn) error {
			var folder string
			err := db.QueryRow(ctx, "SHOW data_directory").Scan(&folder)
			fmt.Printf("\n%s %s\n", plays, folder)
			return err
		})
		s.Pause(t)
		fmt.Printf("\n%s paused\n", plays)
		<-t.Context().Done() // which is after the test
		select {}
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), plays+"=1")
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var told []string
	for lines := bufio.NewScanner(said); len(told) < 2 && lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), plays+" "); ok {
			told = append(told, text)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if len(told) < 2 {
		t.Fatalf("the tests to be killed said %q", told)
	}
	await(t, "the server's folder is gone", func() bool {
		_, err := os.Stat(told[0])
		return errors.Is(err, fs.ErrNotExist)
	})
}

// TestStop: however the server stops, what was committed is there after the next start, and nothing else is.
func TestStop(t *testing.T) {
	server := pgtest.Start(t)
	database := server.Database(t)
	write(t, database, "committed")
	for mode, goodbye := range map[pgtest.Mode]string{pgtest.Fast: "57P01", pgtest.Immediate: ""} {
		db := connect(t, database)
		if _, err := db.Exec(t.Context(), "BEGIN; INSERT INTO words VALUES ('uncommitted')"); err != nil {
			t.Fatal(err)
		}
		server.Stop(t, mode)
		_, err := db.Exec(t.Context(), "COMMIT")
		heard := ""
		if told, ok := errors.AsType[*pgconn.PgError](err); ok {
			heard = told.Code
		}
		if err == nil || heard != goodbye {
			t.Errorf("whoever was connected hears %v, want %q", err, goodbye)
		}
		if _, err := pgx.Connect(t.Context(), database); err == nil {
			t.Error("a stopped server takes connections")
		}
		server.Start(t)
		if got := words(t, database); got != "committed" {
			t.Errorf("stopped by %v, the database holds %q", mode, got)
		}
	}
}

// TestPause: nobody answers, no connection ends, and all goes on afterwards.
func TestPause(t *testing.T) {
	server := pgtest.Start(t)
	db := connect(t, server.Database(t))
	server.Pause(t)
	if got := state(t, db.PgConn().PID()); got != "T" {
		t.Errorf("the process of a connection to a paused server is %s", got)
	}
	answered := make(chan error, 1)
	go func() {
		var one int
		answered <- db.QueryRow(t.Context(), "SELECT 1").Scan(&one)
	}()
	select {
	case err := <-answered:
		t.Errorf("a paused server has answered: %v", err)
	default:
	}
	server.Resume(t)
	select {
	case err := <-answered:
		if err != nil {
			t.Errorf("the server went on, but not the connection: %v", err)
		}
	case <-time.After(patience):
		t.Error("a server that goes on does not answer")
	}
	server.Pause(t) // the server can be ended while it is paused
}

// state is what proc(5) calls the state of a process.
func state(t *testing.T, pid uint32) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, behind, _ := strings.Cut(string(text), ") ")
	state, _, _ := strings.Cut(behind, " ")
	return state
}

// TestStandby: a standby has what its primary committed, and takes its place.
func TestStandby(t *testing.T) {
	primary := pgtest.Start(t)
	database := primary.Database(t)
	standby := primary.Standby(t)
	there := standby.At(t, database)
	write(t, database, "followed")
	standby.CaughtUp(t)
	if got := words(t, there); got != "followed" {
		t.Errorf("the standby holds %q", got)
	}
	db := connect(t, there)
	var refused *pgconn.PgError
	if _, err := db.Exec(t.Context(), "DELETE FROM words"); !errors.As(err, &refused) || refused.Code != "25006" {
		t.Errorf("a standby that is written to: %v", err)
	}
	standby.Synchronous(t)
	add(t, database, "in step")
	primary.Stop(t, pgtest.Immediate)
	standby.Promote(t)
	add(t, there, "promoted")
	if got := words(t, there); got != "followed, in step, promoted" {
		t.Errorf("the standby in the primary's place holds %q", got)
	}
}

// TestCounters: what was done is counted, for the one database.
func TestCounters(t *testing.T) {
	server := postgres.Server(t)
	database, other := server.Database(t), server.Database(t)
	write(t, database, "first")
	write(t, other, "first")
	before, unmoved := server.Counters(t, database), server.Counters(t, other)
	if got := words(t, database); got != "first" {
		t.Fatal(got)
	}
	read := server.Counters(t, database).Since(before)
	if read.Statements != 1 || read.Written != 0 {
		t.Errorf("one look: %+v", read)
	}
	add(t, database, "second")
	db := connect(t, database)
	if _, err := db.Exec(t.Context(), "BEGIN; INSERT INTO words VALUES ('third'); ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, "three transactions have been reported", func() bool {
		return server.Counters(t, database).Since(before).Transactions >= 3
	})
	all := server.Counters(t, database).Since(before)
	if all.Statements != 5 || all.Written == 0 {
		t.Errorf("one look, one insert, one that was taken back: %+v", all)
	}
	if all.Processor < read.Processor {
		t.Errorf("the processor's time goes back: %v, %v", read.Processor, all.Processor)
	}
	if moved := server.Counters(t, other).Since(unmoved); moved.Statements != 0 || moved.Written != 0 {
		t.Errorf("the other database: %+v", moved)
	}
}

// TestProcessor: the time of a statement is in the counter while it runs, after it, and after the server's next start.
func TestProcessor(t *testing.T) {
	server := pgtest.Start(t)
	database := server.Database(t)
	before := server.Counters(t, database).Processor
	const work = "SELECT count(*) FROM generate_series(1, 1000000)"
	await(t, "a server that works uses its processor", func() bool {
		query(t, database, work)
		return server.Counters(t, database).Processor-before >= 100*time.Millisecond
	})
	spent := server.Counters(t, database).Processor
	server.Stop(t, pgtest.Fast)
	server.Start(t)
	if again := server.Counters(t, database).Processor; again < spent {
		t.Errorf("%v before the server's next start, %v after it", spent, again)
	}
}

// connect is a connection that ends with the test.
func connect(t *testing.T, database string) *pgx.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	db, err := pgx.Connect(ctx, database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) }) // perhaps over a network that is down
	return db
}

// write makes a table of words with one in it.
func write(t *testing.T, database, word string) {
	t.Helper()
	do(t, database, "CREATE TABLE words (word text)")
	add(t, database, word)
}

func add(t *testing.T, database, word string) {
	t.Helper()
	do(t, database, "INSERT INTO words VALUES ($1)", word)
}

func do(t *testing.T, database, statement string, args ...any) {
	t.Helper()
	db := connect(t, database)
	if _, err := db.Exec(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// words are all of the table, in their order.
func words(t *testing.T, database string) string {
	t.Helper()
	return query(t, database, "SELECT coalesce(string_agg(word, ', '), '') FROM words")
}

// query asks for one value, as text.
func query(t *testing.T, database, question string) string {
	t.Helper()
	db := connect(t, database)
	var answer any
	if err := db.QueryRow(t.Context(), question).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	if err := db.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(answer)
}

// await waits for a condition.
func await(t *testing.T, what string, met func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-deadline:
			t.Fatalf("not within %v: %s", patience, what)
		case <-tick.C:
		}
	}
}
