package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Who may import whom. A package may import those of ours that its row names, and nothing else of ours; rows end in
// /... for a package and all below it. Test files may import more: they are not looked at.
var mayImport = map[string][]string{
	"cmd/zoomtag": {"*"},
	"cmd/zoomtag/demo": {"cmd/zoomtag/terminal", "providers/calendar",
		"providers/calendar/google/googletest", "providers/calendar/icsdir", "providers/calendar/outlook/outlooktest",
		"providers/files", "providers/meeting/zoom/zoomtest", "providers/words", "sync/api", "sync/api/socket"},
	"cmd/zoomtag/show": {"cmd/zoomtag/terminal", "providers/words", "sync/api", "sync/assemble", "sync/doctor",
		"sync/engine", "sync/plan", "sync/reason", "sync/service", "sync/setup"},
	"cmd/zoomtag/persons": {"cmd/zoomtag/terminal", "configs", "providers/calendar",
		"providers/meeting/zoom", "providers/signin", "providers/words", "sync/assemble", "sync/plan", "sync/setup"},
	"cmd/zoomtag/lists": {"configs", "providers/calendar", "providers/calendar/caldav", "providers/calendar/google",
		"providers/calendar/outlook", "sync/assemble"},
	"cmd/zoomtag/adapters": {"configs", "providers/calendar", "providers/calendar/caldav", "providers/calendar/google",
		"providers/calendar/icsdir", "providers/calendar/outlook", "sync/assemble", "sync/plan"},
	"cmd/zoomtag/build": {},
	"cmd/zoomtag/backup": {"cmd/zoomtag/connect", "cmd/zoomtag/prompt", "cmd/zoomtag/terminal", "configs",
		"providers/files", "providers/signin", "providers/words", "store", "sync/api", "sync/backup", "sync/setup"},
	"cmd/zoomtag/complete": {"cmd/zoomtag/terminal", "configs", "sync/api"},
	"cmd/zoomtag/usage":    {"cmd/zoomtag/terminal", "providers/words"},
	"cmd/zoomtag/connect": {"cmd/zoomtag/terminal", "configs", "providers/files", "providers/signin", "providers/words",
		"store", "sync/api", "sync/api/local", "sync/api/socket", "sync/assemble"},
	"cmd/zoomtag/prompt":   {"providers/words", "sync/setup"},
	"cmd/zoomtag/terminal": {"providers/words"},
	"providers/words":      {},
	"configs":              {"providers/words"},
	"systemd":              {},
	"sync/backup":          {"providers/files", "providers/signin", "providers/words", "store"},
	"sync/api": {"store", "providers/words", "sync/doctor", "sync/engine", "sync/invite",
		"store/record", "sync/reason"},
	"sync/reason": {"providers/words"},
	"sync/notify": {"configs", "providers/words", "store", "sync/api", "sync/doctor",
		"sync/plan"},
	"sync/condition": {"sync/api", "sync/doctor", "sync/plan"},
	"sync/api/local": {"sync/condition", "configs", "providers/calendar", "providers/files", "providers/ical",
		"providers/meeting", "providers/signin", "providers/words", "store", "store/record", "sync/api",
		"sync/assemble", "sync/doctor", "sync/doctor/examine", "sync/engine", "sync/invite", "sync/invite/keep",
		"sync/lists", "sync/plan", "sync/reason"},
	"sync/api/socket": {"providers/words", "sync/api", "sync/reason"},
	"providers/files": {"providers/words"},
	"sync/assemble": {"configs", "providers/calendar", "providers/meeting", "providers/signin",
		"providers/words", "store", "store/record", "sync/doctor", "sync/engine", "sync/plan", "sync/reason"},
	"sync/lists":              {"configs", "providers/calendar", "providers/words", "store/record", "sync/reason"},
	"providers/signin":        {"providers/internal/oauth"},
	"providers/calendar":      {"providers/words"},
	"providers/meeting":       {"providers/words"},
	"providers/ical":          {"providers/words"},
	"providers/links":         {},
	"providers/internal/rest": {"providers/words"},
	"store/record":            {"providers/meeting"},
	"store": {"providers/meeting", "providers/words", "store/bolt", "store/entries", "store/postgres",
		"store/record"},
	"store/bolt":            {"providers/words", "store/entries"},
	"store/entries":         {"providers/words"},
	"store/postgres":        {"store/bolt", "store/entries"},
	"store/postgres/pgtest": {},
	"sync/plan": {"providers/calendar", "providers/links", "providers/meeting",
		"providers/words", "store/record", "sync/reason"},
	"sync/daemon": {"sync/notify", "configs", "providers/words", "store", "sync/api", "sync/api/local",
		"sync/api/socket", "sync/engine", "systemd", "sync/web", "sync/web/metrics", "sync/web/page",
		"sync/web/remote"},
	"sync/web":            {"sync/api"},
	"sync/web/page":       {"providers/words", "sync/api", "sync/doctor", "sync/plan"},
	"sync/web/metrics":    {"store/record", "sync/api", "sync/engine", "sync/plan"},
	"sync/web/remote":     {"configs", "docs", "providers/words", "sync/api", "sync/plan", "sync/reason"},
	"docs":                {},
	"cmd/zoomtag/onefile": {"providers/files", "providers/ical", "providers/words", "sync/api"},
	"sync/doctor": {"providers/calendar", "providers/links", "providers/meeting",
		"providers/words", "sync/plan", "sync/reason", "store/record"},
	"sync/doctor/examine": {"configs", "providers/calendar", "providers/meeting", "providers/signin",
		"providers/words", "store", "store/record", "sync/api", "sync/assemble", "sync/doctor", "sync/engine",
		"sync/plan", "sync/reason"},
	"sync/invite": {"providers/calendar", "providers/ical", "providers/words", "sync/plan"},
	"sync/invite/keep": {"providers/calendar", "providers/files", "providers/ical", "providers/words", "store",
		"store/record", "sync/engine", "sync/invite", "sync/plan", "sync/reason"},
	"sync/service": {"configs", "providers/files", "providers/words", "sync/api", "sync/api/socket",
		"systemd"},
	"sync/setup": {"configs", "providers/calendar", "providers/files", "providers/meeting",
		"providers/signin", "providers/words", "store/record", "sync/api", "sync/assemble", "sync/lists", "sync/plan"},
	"sync/series": {"providers/calendar", "providers/ical", "providers/meeting"},
	"sync/engine": {"providers/calendar", "providers/meeting", "store", "sync/plan",
		"sync/series", "sync/reason", "providers/words"},
	"providers/internal/oauth": {"providers/internal/rest", "providers/words"},
	"providers/calendar/google": {"providers/calendar", "providers/ical", "providers/internal/rest",
		"providers/internal/oauth", "providers/signin", "providers/words"},
	"providers/calendar/outlook": {"providers/calendar", "providers/ical", "providers/internal/rest",
		"providers/internal/oauth", "providers/signin", "providers/words"},
	"providers/internal/icsobject": {"providers/calendar", "providers/ical"},
	"providers/calendar/icsdir": {"providers/calendar", "providers/ical", "providers/internal/icsobject",
		"providers/internal/rest", "providers/words"},
	"providers/calendar/caldav": {"providers/calendar", "providers/ical", "providers/internal/icsobject",
		"providers/internal/rest", "providers/words"},
	"providers/calendar/calendartest": {"providers/calendar", "providers/internal/emulator"},
	"providers/meeting/zoom": {"providers/links", "providers/meeting", "providers/internal/rest",
		"providers/internal/oauth", "providers/signin", "providers/words"},
	"providers/meeting/zoom/zoomtest": {"providers/internal/emulator"},
	"providers/meeting/personal": {"providers/internal/rest", "providers/links", "providers/meeting",
		"providers/words"},
	"providers/meeting/meetingtest":          {"providers/meeting"},
	"providers/internal/emulator":            {},
	"providers/calendar/google/googletest":   {"providers/internal/emulator"},
	"providers/calendar/outlook/outlooktest": {"providers/internal/emulator"},
	"providers/calendar/caldav/caldavtest":   {"providers/internal/emulator"},
	"sync/engine/enginetest": {"providers/calendar", "providers/calendar/calendartest", "providers/meeting",
		"providers/meeting/meetingtest",
		"store", "sync/engine", "sync/plan", "sync/reason", "sync/series"},
}

// testOnly are packages that only test files import: they play what must never happen, start servers, or measure.
var testOnly = []string{"sync/engine/enginetest", "providers/lineartest", "store/postgres/pgtest"}

// soleImporter names the one package that may import each third-party system.
var soleImporter = map[string]string{
	"charm.land/huh":                 "cmd/zoomtag/prompt",
	"go.etcd.io/bbolt":               "store/bolt",
	"github.com/emersion/go-ical":    "providers/ical",
	"github.com/teambition/rrule-go": "providers/ical",
	"github.com/fsnotify/fsnotify":   "providers/calendar/icsdir",
	"github.com/gofrs/flock":         "providers/internal/oauth",
	"github.com/spf13/cobra":         "cmd/zoomtag cmd/zoomtag/backup cmd/zoomtag/complete cmd/zoomtag/usage",
	"github.com/spf13/pflag":         "cmd/zoomtag/show cmd/zoomtag/usage",
	"github.com/coreos/go-systemd":   "systemd",
	"go.yaml.in/yaml":                "configs",
	"golang.org/x/oauth2": "providers/meeting/zoom providers/calendar/google providers/calendar/outlook " +
		"providers/internal/oauth",
	"github.com/microsoftgraph":          "providers/calendar/outlook",
	"github.com/microsoft":               "providers/calendar/outlook",
	"github.com/golang-jwt/jwt":          "providers/calendar/outlook",
	"google.golang.org/api":              "providers/calendar/google",
	"golang.org/x/net/html":              "providers/calendar providers/internal/rest",
	"golang.org/x/net/publicsuffix":      "providers/calendar/caldav",
	"golang.org/x/crypto":                "sync/web/page providers/internal/oauth",
	"golang.org/x/text":                  "providers/ical",
	"golang.org/x/time":                  "providers/calendar/google sync/web/remote",
	"golang.org/x/sync":                  "sync/web/metrics",
	"github.com/prometheus":              "sync/web/metrics",
	"github.com/munnerz/goautoneg":       "sync/web",
	"github.com/wneessen/go-mail":        "sync/notify",
	"github.com/nicholas-fedor/shoutrrr": "sync/notify",
	"github.com/robfig/cron":             "sync/engine configs",
	"rsc.io/qr":                          "sync/web/page",
	"github.com/jackc/pgx":               "store/postgres store/postgres/pgtest",
}

func TestArchitecture(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		if file.Name.Name == "main" && rel != "cmd/zoomtag" {
			return nil // generators
		}
		seen[filepath.ToSlash(rel)] = true
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			checkImport(t, filepath.ToSlash(rel), imported, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range mayImport {
		if !seen[pkg] {
			t.Errorf("the table names %s, which does not exist", pkg)
		}
	}
}

func checkImport(t *testing.T, pkg, imported, file string) {
	t.Helper()
	for system, owners := range soleImporter {
		if (imported == system || strings.HasPrefix(imported, system+"/")) &&
			!slices.Contains(strings.Fields(owners), pkg) {
			t.Errorf("%s imports %s, which is for %s alone", file, imported, owners)
		}
	}
	ours, ok := strings.CutPrefix(imported, "zoomtag/")
	if !ok {
		return
	}
	if slices.Contains(testOnly, ours) {
		t.Errorf("%s imports %s, which is for tests", file, imported)
	}
	allowed, known := mayImport[pkg]
	if !known {
		t.Errorf("%s is not in the table of who may import whom: add it, with a thought", pkg)
		return
	}
	if !slices.Contains(allowed, "*") && !slices.Contains(allowed, ours) {
		t.Errorf("%s imports %s: package %s may import %v only", file, imported, pkg, allowed)
	}
}

// makesClients are the files that may name what sends HTTP requests: all else gets it from there, with its bounds of
// time and length.
var makesClients = map[string]string{
	"providers/internal/rest/client.go": "NewClient, the one way to a client for a service",
	"sync/assemble/counter.go":          "the transport below all of them",
	"sync/api/socket/client.go":         "the control socket",
	"sync/notify/webhook.go":            "the operator's own servers; each request has a time and a bound, and no redirect",
	"sync/doctor/examine/network.go":    "checks that look at certificates; prober.bound bounds them",
}

// sends are the names of net/http and net by which something is sent.
var sends = map[string][]string{
	"http": {"Client", "Transport", "DefaultClient", "DefaultTransport", "Get", "Head", "Post", "PostForm"},
	"net":  {"Dial", "DialTimeout", "Dialer", "DefaultResolver", "Resolver", "LookupHost", "LookupIP", "LookupAddr"},
	"tls":  {"Dial", "Dialer", "Client"},
}

// TestWhoSends: no client is made beside the one that bounds each exchange. Emulators and tests play the other side.
func TestWhoSends(t *testing.T) {
	root := filepath.Join("..", "..")
	named := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasSuffix(filepath.Dir(path), "test") {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if star, ok := n.(*ast.StarExpr); ok { // a pointer to a client that somebody else has made
				if _, plain := star.X.(*ast.SelectorExpr); plain {
					return false
				}
			}
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := s.X.(*ast.Ident)
			if !ok || !slices.Contains(sends[pkg.Name], s.Sel.Name) {
				return true
			}
			named[filepath.ToSlash(rel)] = true
			if makesClients[filepath.ToSlash(rel)] == "" {
				t.Errorf("%s uses %s.%s: clients come from rest.NewClient, which bounds them", rel, pkg.Name,
					s.Sel.Name)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for file := range makesClients {
		if !named[file] {
			t.Errorf("%s is in the table and sends nothing", file)
		}
	}
}
