package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"zoomtag/providers/calendar/caldav/caldavtest"
	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

// TestScripts plays with the built binary what people do, and what they do wrong, from testdata/script: a command, what
// it must answer, and the files it finds. In a configuration stand for services on this machine:
//
//   - $ZOOM_API and $ZOOM_OAUTH: a Zoom that knows the app "client" of the account "account"; $POOR_API and
//     $POOR_OAUTH: one whose app has a single scope, $STRICT_API one whose account has one user, alice@example.com, and
//     $PAIR_API one with carol@example.com as well;
//   - $GOOGLE_API and $GOOGLE_DIRECTORY: Google, with two people; key.json is a service account there, client.json an
//     app for persons;
//   - $GRAPH_API and $GRAPH_LOGIN: Microsoft, with the mailbox bob@example.com, which the app ($GRAPH_APP) of the
//     tenant $GRAPH_TENANT may see;
//   - $DAV: a CalDAV server;
//   - services.yaml may name those that only command lines need: their addresses are in the environment as well;
//   - $SILENT: a port on which somebody listens, and never says anything.
//
// The commands of the scripts are testscript's, and
//
//   - daemon: starts zoomtag run, and goes on when it says that it is ready; kill -TERM is its end;
//   - interrupt TEXT COMMAND…: presses Ctrl-C when the command shows the text (with ! before it: and that is how the
//     command ends well), or, for asked, when it has asked
//     $SILENT something. What the command wrote is in out.txt and err.txt. Nothing is typed, unless $TYPED is enter,
//     for an empty line, or end, for the end of the input.
func TestScripts(t *testing.T) {
	builtForCrash.Store(true)
	binary, err := crashBinary()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(binary)+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("SECRET", "secret")
			env.Setenv("TZ", "UTC")
			if err := browser(env); err != nil {
				return err
			}
			return (&stage{t: t, env: env}).set()
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"daemon": startDaemon, "interrupt": interrupt},
	})
}

// stage is what a script plays on.
type stage struct {
	t   *testing.T
	env *testscript.Env
}

// emulator is a service on this machine.
type emulator interface {
	Start() error
	Close() error
}

// set starts the services that the script's configurations name, and writes their addresses into them.
func (s *stage) set() error {
	files, err := filepath.Glob(filepath.Join(s.env.WorkDir, "*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		filled, err := s.fillIn(string(text))
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(filled), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// fillIn writes into a configuration the addresses of the services that it names.
func (s *stage) fillIn(text string) (string, error) {
	for name, serve := range map[string]func() ([]string, error){"$ZOOM_": s.zoom("ZOOM", zoomtest.Options{}),
		"$STRICT_": s.zoom("STRICT",
			zoomtest.Options{Users: []zoomtest.User{{ID: "alice", Email: "alice@example.com"}}}),
		"$PAIR_": s.zoom("PAIR", zoomtest.Options{Users: []zoomtest.User{{ID: "alice", Email: "alice@example.com"},
			{ID: "carol", Email: "carol@example.com"}}}),
		"$POOR_":   s.zoom("POOR", zoomtest.Options{Scopes: []string{"meeting:write:meeting:admin"}}),
		"$GOOGLE_": s.google, "$GRAPH_": s.graph, "$DAV": s.dav, "$SILENT": s.silent} {
		if !strings.Contains(text, name) {
			continue
		}
		known, ok := s.env.Values[name].([]string)
		if !ok {
			var err error
			if known, err = serve(); err != nil {
				return "", err
			}
			s.env.Values[name] = known
			for i := 0; i < len(known); i += 2 { // for command lines as well
				s.env.Setenv(strings.TrimPrefix(known[i], "$"), known[i+1])
			}
		}
		text = strings.NewReplacer(known...).Replace(text)
	}
	return text, nil
}

// start starts a service for the time of the script.
func (s *stage) start(e emulator) error {
	if err := e.Start(); err != nil {
		return err
	}
	s.env.Defer(func() {
		if err := e.Close(); err != nil {
			s.t.Error(err)
		}
	})
	return nil
}

func (s *stage) zoom(name string, options zoomtest.Options) func() ([]string, error) {
	return func() ([]string, error) {
		server := zoomtest.New(options)
		if err := s.start(server); err != nil {
			return nil, err
		}
		return []string{"$" + name + "_API", server.APIURL(), "$" + name + "_OAUTH", server.OAuthURL(),
			"$" + name + "_SITE", strings.TrimSuffix(server.APIURL(), "/v2")}, nil
	}
}

func (s *stage) google() ([]string, error) {
	api, err := googletest.Discovery()
	if err != nil {
		return nil, err
	}
	server := googletest.New(googletest.Options{Discovery: api})
	if err := s.start(server); err != nil {
		return nil, err
	}
	for file, text := range map[string][]byte{"key.json": server.ServiceAccount(),
		"client.json": server.DesktopClient()} {
		if err := os.WriteFile(filepath.Join(s.env.WorkDir, file), text, 0o600); err != nil {
			return nil, err
		}
	}
	server.SetPeople(googletest.Person{ID: "1", Email: googletest.Account},
		googletest.Person{ID: "2", Email: "carol@example.com", Aliases: []string{"c.smith@example.com"}},
		googletest.Person{ID: "3", Email: "gone@example.com", Suspended: true})
	server.SetAdmins("admin@example.com")
	return []string{"$GOOGLE_API", server.APIURL(), "$GOOGLE_DIRECTORY", server.DirectoryURL()}, nil
}

func (s *stage) graph() ([]string, error) {
	server := outlooktest.New(outlooktest.Options{Schema: outlooktest.Schema()})
	if err := s.start(server); err != nil {
		return nil, err
	}
	s.env.Setenv("GRAPH_SECRET", server.ClientSecret())
	if err := os.WriteFile(filepath.Join(s.env.WorkDir, "graph-secret"), []byte(server.ClientSecret()),
		0o600); err != nil {
		return nil, err
	}
	server.SetPeople(outlooktest.Person{ID: "1", Name: outlooktest.Account, Mail: outlooktest.Account},
		outlooktest.Person{ID: "2", Name: "guest#EXT#@example.com", Mail: "guest@example.org", Type: "Guest"})
	return []string{"$GRAPH_API", server.GraphURL(), "$GRAPH_LOGIN", server.LoginURL(), "$GRAPH_TENANT",
		server.Tenant(), "$GRAPH_APP", server.ClientID()}, nil
}

func (s *stage) dav() ([]string, error) {
	server := caldavtest.New(caldavtest.Options{Auth: caldavtest.Basic})
	if err := s.start(server); err != nil {
		return nil, err
	}
	s.env.Setenv("DAV_PASSWORD", caldavtest.Password)
	if err := os.WriteFile(filepath.Join(s.env.WorkDir, "dav-password"), []byte(caldavtest.Password),
		0o600); err != nil {
		return nil, err
	}
	return []string{"$DAV_HOST", strings.Trim(strings.TrimPrefix(server.RootURL(), "http://"), "/"), "$DAV",
		server.RootURL()}, nil
}

// silent is a port that takes connections and says nothing. Each is told of in a channel.
func (s *stage) silent() ([]string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	asked := make(chan struct{}, 100)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.env.Defer(func() { conn.Close() })
			asked <- struct{}{}
		}
	}()
	s.env.Defer(func() { l.Close() })
	s.env.Values["asked"] = asked
	return []string{"$SILENT", l.Addr().String()}, nil
}

// command is the built binary with the script's environment.
func command(ts *testscript.TestScript, args []string, more ...string) *exec.Cmd {
	path, err := crashBinary()
	ts.Check(err)
	cmd := exec.Command(path, args...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "SECRET", "TZ", "ZOOMTAG_CLOCK"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	cmd.Env = append(cmd.Env, more...)
	return cmd
}

// startDaemon is the command daemon.
func startDaemon(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: daemon")
	}
	socket := ts.MkAbs("notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	ts.Check(err)
	defer conn.Close()
	log, err := os.Create(ts.MkAbs("daemon.txt"))
	ts.Check(err)
	cmd := command(ts, []string{"--config", "zoomtag.yaml", "run"}, "NOTIFY_SOCKET="+socket)
	cmd.Stdout, cmd.Stderr = log, log
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() {
		ended <- errors.Join(cmd.Wait(), log.Close(), conn.Close())
	}()
	ts.Defer(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err == nil {
			<-ended
		}
	})
	message := make([]byte, 4096)
	for {
		n, err := conn.Read(message)
		if err != nil {
			said, _ := os.ReadFile(ts.MkAbs("daemon.txt"))
			ts.Fatalf("the daemon ended: %v\n%s", err, said)
		}
		if strings.Contains(string(message[:n]), "READY=1") {
			return
		}
	}
}

// interrupt is the command interrupt.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 || args[1] != "zoomtag" {
		ts.Fatalf("usage: interrupt TEXT zoomtag ARGS...")
	}
	cmd := command(ts, args[2:])
	stdin, err := cmd.StdinPipe()
	ts.Check(err)
	defer stdin.Close()
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	var errs strings.Builder
	cmd.Stderr = &errs
	ts.Check(cmd.Start())
	given := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() }) // it never showed the text
	defer given.Stop()
	switch ts.Getenv("TYPED") {
	case "enter":
		_, err := io.WriteString(stdin, "\n")
		ts.Check(err)
	case "end":
		ts.Check(stdin.Close())
	}
	shown := ""
	if asked, ok := ts.Value("asked").(chan struct{}); ok && args[0] == "asked" {
		<-asked
	} else {
		shown = readUntil(out, args[0])
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	rest, err := io.ReadAll(out)
	ts.Check(err)
	var exit *exec.ExitError
	err = cmd.Wait()
	failed := errors.As(err, &exit) && exit.ExitCode() == exitFailed
	if well := err == nil; neg && !well || !neg && !failed {
		ts.Fatalf("it ended with %v", err)
	}
	ts.Check(os.WriteFile(ts.MkAbs("out.txt"), []byte(shown+string(rest)), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("err.txt"), []byte(errs.String()), 0o600))
}

// readUntil reads lines until one has a text in it.
func readUntil(from io.Reader, text string) string {
	var all strings.Builder
	for r := bufio.NewReaderSize(from, 1); ; {
		line, err := r.ReadString('\n')
		fmt.Fprint(&all, line)
		if err != nil || strings.Contains(line, text) {
			return all.String()
		}
	}
}
