//go:build peers

package pgtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"zoomtag/store/postgres/pgtest"
)

// TestProxyPasses: through a proxy all is as without it, also much at once, and also a goodbye.
func TestProxyPasses(t *testing.T) {
	server := postgres.Server(t)
	database := server.Database(t)
	p := pgtest.NewProxy(t, server.Addr())
	through := p.At(t, database)
	if through == database || !strings.Contains(through, p.Addr()) {
		t.Errorf("through the proxy it is %s", strings.ReplaceAll(through, database, "the same"))
	}
	write(t, through, strings.Repeat("long ", 1<<20))
	if got := query(t, through, "SELECT length(word) FROM words"); got != "5242880" {
		t.Errorf("what was written has the length %s", got)
	}
	if got := words(t, through); got != words(t, database) {
		t.Errorf("what was written is read otherwise: %d letters", len(got))
	}
	awaitSessions(t, server, 0)
}

// TestProxyCut: connections fail at once, on both sides; new ones are refused, until it is restored.
func TestProxyCut(t *testing.T) {
	server := postgres.Server(t)
	p := pgtest.NewProxy(t, server.Addr())
	through := p.At(t, server.Database(t))
	db := connect(t, through)
	p.Cut(t)
	if _, err := db.Exec(t.Context(), "SELECT 1"); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("what was connected hears %v", err)
	}
	if _, err := pgx.Connect(t.Context(), through); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("who connects hears %v", err)
	}
	awaitSessions(t, server, 0)
	p.Cut(t) // a second one changes nothing
	p.Restore(t)
	p.Restore(t)
	if got := query(t, through, "SELECT 'back'"); got != "back" {
		t.Error(got)
	}
}

// TestProxySilence: nobody hears of the other, not even of its end, and no connection fails. Once it is restored,
// those in which something was lost are reset, and the others go on.
func TestProxySilence(t *testing.T) {
	server := postgres.Server(t)
	p := pgtest.NewProxy(t, server.Addr())
	through := p.At(t, server.Database(t))
	write(t, through, "before")
	asks, idles, leaves := connect(t, through), connect(t, through), connect(t, through)
	p.Silence()
	answered := make(chan error, 2)
	go func() {
		_, err := asks.Exec(t.Context(), "DELETE FROM words")
		answered <- err
	}()
	go func() {
		db, err := pgx.Connect(t.Context(), through)
		if err == nil {
			_ = db.Close(context.Background()) // it should not be
		}
		answered <- err
	}()
	if err := leaves.Close(t.Context()); err != nil {
		t.Errorf("who leaves hears %v", err)
	}
	// A statement directly to the server ends later than what the proxy would have passed on.
	for range 20 {
		if got := words(t, server.At(t, through)); got != "before" {
			t.Errorf("the table holds %q", got)
		}
	}
	awaitSessions(t, server, 3)
	select {
	case err := <-answered:
		t.Errorf("in silence somebody hears %v", err)
	default:
	}
	p.Restore(t)
	for range 2 {
		select {
		case err := <-answered:
			if err == nil {
				t.Error("who asked in silence is answered")
			}
		case <-time.After(patience):
			t.Fatal("who asked in silence hears nothing once it is over")
		}
	}
	awaitSessions(t, server, 1)
	var got string
	if err := idles.QueryRow(t.Context(), "SELECT word FROM words").Scan(&got); err != nil || got != "before" {
		t.Errorf("who said nothing in silence hears %q, %v", got, err)
	}
}

// TestProxySilentToNew: who connects in silence does not get to the server, neither then nor later.
func TestProxySilentToNew(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	p := pgtest.NewProxy(t, server.Addr().String())
	p.Silence()
	early := dial(t, p)
	await(t, "the proxy loses what is said", func() bool { return strings.Contains(goroutines(), "io.Copy(") })
	p.Restore(t)
	if _, err := early.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("who connected in silence hears %v", err)
	}
	dial(t, p)
	conn, err := server.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	heard := make([]byte, len(hello))
	read(t, conn, heard)
	if string(heard) != hello {
		t.Errorf("the server hears %q first", heard)
	}
}

// goroutines says what all of them do.
func goroutines() string {
	all := make([]byte, 1<<20)
	return string(all[:runtime.Stack(all, true)])
}

// TestProxyDelay: all arrives, in its order, and later.
func TestProxyDelay(t *testing.T) {
	p := pgtest.NewProxy(t, echo(t))
	conn, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const by = 100 * time.Millisecond
	p.Delay(by)
	begun := time.Now()
	answer := make([]byte, 6)
	for _, say := range []string{"one", "two"} {
		if _, err := conn.Write([]byte(say)); err != nil {
			t.Fatal(err)
		}
	}
	read(t, conn, answer)
	if took := time.Since(begun); took < 2*by || string(answer) != "onetwo" {
		t.Errorf("%q after %v, want both after twice %v", answer, took, by)
	}
	// What was said before is not overtaken by what is said after the delay.
	if _, err := conn.Write([]byte("three")); err != nil {
		t.Fatal(err)
	}
	p.Restore(t)
	if _, err := conn.Write([]byte("four")); err != nil {
		t.Fatal(err)
	}
	answer = make([]byte, 9)
	read(t, conn, answer)
	if string(answer) != "threefour" {
		t.Errorf("%q", answer)
	}
}

// TestProxyNobody: where no server listens, a connection ends at once.
func TestProxyNobody(t *testing.T) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	p := pgtest.NewProxy(t, gone.Addr().String())
	conn, err := net.Dial("tcp", p.Addr())
	if err == nil {
		_, err = conn.Read(make([]byte, 1))
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("who connects hears %v", err)
	}
}

// TestProxyEnds: whatever its state, a proxy leaves no goroutine behind.
func TestProxyEnds(t *testing.T) {
	for name, do := range map[string]func(*testing.T, *pgtest.Proxy){
		"open":   func(*testing.T, *pgtest.Proxy) {},
		"cut":    func(t *testing.T, p *pgtest.Proxy) { p.Cut(t) },
		"silent": func(_ *testing.T, p *pgtest.Proxy) { p.Silence() },
		"slow":   func(_ *testing.T, p *pgtest.Proxy) { p.Delay(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			server := echo(t)
			t.Run("test", func(t *testing.T) {
				p := pgtest.NewProxy(t, server)
				early := dial(t, p)
				read(t, early, make([]byte, len(hello)))
				do(t, p)
				if name != "cut" {
					dial(t, p)
				}
				_, _ = early.Write([]byte("said")) // it may be cut
			})
			all := goroutines()
			for _, own := range []string{"pgtest.(*link)", "pgtest.(*Proxy)"} {
				if strings.Contains(all, own) {
					t.Errorf("a goroutine is left:\n%s", all)
				}
			}
		})
	}
}

// hello is what dial says first.
const hello = "hello"

// dial connects to a proxy and says hello.
func dial(t *testing.T, p *pgtest.Proxy) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := conn.Write([]byte(hello)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func read(t *testing.T, conn net.Conn, answer []byte) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, answer); err != nil {
		t.Fatal(err)
	}
}

// echo is the address of a server that says what it is told.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn) // until it is reset
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		running.Wait()
	})
	return l.Addr().String()
}

// awaitSessions waits until so many sessions of the program are there.
func awaitSessions(t *testing.T, server *pgtest.Server, want int) {
	t.Helper()
	await(t, fmt.Sprintf("%d sessions", want), func() bool {
		var n int
		server.Administer(t, func(ctx context.Context, db *pgx.Conn) error {
			return db.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'zoomtag'").Scan(&n)
		})
		return n == want
	})
}
