//go:build peers

package page

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"zoomtag/sync/api"
)

// shots has the screenshots of the docs be taken: go test -tags peers ./sync/web/page -run TestShots -shots docs, and
// shotsOf has them be those of what zoomtag demo --keep shows.
var (
	shots   = flag.String("shots", "", "a folder for screenshots, from the top of the repository")
	shotsOf = flag.String("shots.of", "", "the address of a status page in the place of a made one")
)

// browser starts Chromium (Debian's package chromium), and ends it with the test.
func browser(t testing.TB) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("force-color-profile", "srgb"))
	if path, err := exec.LookPath("chromium"); err == nil {
		options = append(options, chromedp.ExecPath(path))
	}
	ctx, end := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(end)
	ctx, endBrowser := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(endBrowser)
	ctx, endTab := chromedp.NewContext(ctx)
	t.Cleanup(endTab)
	return ctx
}

// site serves a page over loopback.
func site(t testing.TB, s *told) (*Page, string) {
	t.Helper()
	p := pageOf(t, s, func() time.Time { return noon })
	p.ListenAt(onlyHere)
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	ctx, end := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx) }()
	t.Cleanup(func() { end(); <-done })
	return p, server.URL
}

// look is how a page is looked at.
func look(ctx context.Context, t testing.TB, width, height int64, dark bool) {
	t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	do(ctx, t, chromedp.EmulateViewport(width, height))
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme},
			{Name: "prefers-reduced-motion", Value: "reduce"}}})
	if err != nil {
		t.Fatal(err)
	}
}

func do(ctx context.Context, t testing.TB, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// eval is what a script in the page comes to.
func eval[T any](ctx context.Context, t testing.TB, script string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// axe is the source of axe-core, as npm has it. It is fetched into a folder of its own for the time of the test, or
// taken from $AXE_CORE, a file. npm is Debian's.
func axe(t *testing.T) string {
	t.Helper()
	path := os.Getenv("AXE_CORE")
	if path == "" {
		dir := t.TempDir()
		npm := exec.CommandContext(
			t.Context(),
			"npm",
			"install",
			"--no-audit",
			"--no-fund",
			"--ignore-scripts",
			"--prefix",
			dir,
			"axe-core@4",
		)
		if out, err := npm.CombinedOutput(); err != nil {
			t.Fatalf("npm: %v\n%s", err, out)
		}
		path = filepath.Join(dir, "node_modules", "axe-core", "axe.min.js")
	}
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// states are those that are looked at, each with the pages of it.
func states() map[string]struct {
	service *told
	paths   []string
} {
	return map[string]struct {
		service *told
		paths   []string
	}{
		"office": {office(), []string{"/", "/event?calendar=alice&id=a2", "/event?calendar=bob&id=b2", "/nothing",
			"/?q=team", "/?log=grandma&failed=1"}},
		"calm":  {calm(), []string{"/"}},
		"empty": {&told{}, []string{"/"}},
		"crowd": {crowd(60, 20), []string{"/?page=2"}},
	}
}

const secret = "correct horse battery"

// signIn signs a browser in.
func signIn(ctx context.Context, t testing.TB, base string) {
	t.Helper()
	do(ctx, t, chromedp.Navigate(base+"/signin"), chromedp.SendKeys("#password", secret), chromedp.Submit("#password"),
		chromedp.WaitVisible("#needs"))
}

// complaints collects what is asked for elsewhere, and what a browser complains of: what a policy forbids, and mistakes
// of scripts.
type complaints struct {
	mu   sync.Mutex
	list []string
}

func (c *complaints) listen(ctx context.Context, t *testing.T) {
	t.Helper()
	err := chromedp.Listen(ctx, func(event any) {
		c.mu.Lock()
		defer c.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			c.request(e.Request.URL)
		case *log.EventEntryAdded:
			// the address of the page that there is not answers 404, as it should
			if e.Entry.Level != "verbose" && e.Entry.Level != "info" && !strings.Contains(e.Entry.URL, "/nothing") {
				c.list = append(c.list, e.Entry.Text+" "+e.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			c.list = append(c.list, e.ExceptionDetails.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
}

func (c *complaints) request(address string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "data" && u.Scheme != "about" && u.Hostname() != "127.0.0.1" {
		c.list = append(c.list, "asked for "+address)
	}
}

// TestAxe: axe-core finds nothing, in each state, wide and narrow, light and dark; nothing is asked for elsewhere, and
// nothing of a page is refused by its own policy.
func TestAxe(t *testing.T) {
	source := axe(t)
	ctx := browser(t)
	var wrong complaints
	do(ctx, t, chromedp.Navigate("about:blank"))
	wrong.listen(ctx, t)
	for name, state := range states() {
		for _, guarded := range []bool{false, true}[:2-min(1, strings.Count("calm empty crowd", name))] {
			p, base := site(t, state.service)
			if guarded {
				p.Configure(Access{Password: secret})
				if found := audit(ctx, t, source, base+"/signin"); found != "" {
					t.Errorf("/signin: %s", found)
				}
				signIn(ctx, t, base)
			}
			for i, path := range state.paths {
				for _, width := range []int64{390, 1280} {
					for _, dark := range []bool{false, true} {
						if i > 1 && dark != (width == 1280) { // further pages are of the same parts
							continue
						}
						look(ctx, t, width, 900, dark)
						if found := audit(ctx, t, source, base+path); found != "" {
							t.Errorf("%s%s, %d wide, dark %v, guarded %v:\n%s", name, path, width, dark, guarded, found)
						}
					}
				}
			}
		}
	}
	wrong.mu.Lock()
	defer wrong.mu.Unlock()
	for _, c := range wrong.list {
		t.Error(c)
	}
}

// audit has axe look at a page. It is put in by the debugger, which no policy of the page binds.
func audit(ctx context.Context, t *testing.T, source, address string) string {
	t.Helper()
	do(ctx, t, chromedp.Navigate(address), chromedp.WaitReady("#main"))
	eval[bool](ctx, t, source+"; true")
	found := eval[string](ctx, t, `axe.run({resultTypes: ["violations"]}).then(r => r.violations.map(v =>
		v.id + ": " + v.help + "\n  " + v.nodes.slice(0, 4).map(n => n.html.slice(0, 200) + " " +
		n.any.concat(n.all, n.none).map(a => a.message).join("; ")).join("\n  ")).join("\n"))`)
	if eval[bool](ctx, t, `document.documentElement.scrollWidth > innerWidth`) {
		found += "\nit is wider than the screen"
	}
	return found
}

// TestWithoutScript: what buttons do is done without JavaScript as well.
func TestWithoutScript(t *testing.T) {
	s := office()
	_, base := site(t, s)
	ctx := browser(t)
	do(ctx, t, chromedp.Navigate("about:blank"))
	_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true})
	if err != nil {
		t.Fatal(err)
	}
	do(ctx, t, chromedp.Navigate(base), chromedp.Click(`button[aria-label="Put aside: Calendar bob"]`),
		chromedp.WaitVisible(".said"), chromedp.Click("#seen summary"),
		chromedp.WaitVisible(`button[aria-label="Show again: Calendar bob"]`),
		chromedp.Navigate(base), chromedp.Click(`button[aria-label="Run now: alice"]`), chromedp.WaitVisible(".said"))
	if got := s.all(); got != "dismiss ZT-505-bob false\nsync [alice]" {
		t.Errorf("asked %q", got)
	}
	if eval[bool](ctx, t, `[...document.querySelectorAll("button[data-copy]")].some(b => b.checkVisibility())`) {
		t.Error("a button that needs a script is shown")
	}
}

// TestLive: what is otherwise shows by itself, and what somebody types stays.
func TestLive(t *testing.T) {
	s := office()
	moving := clock{at: noon}
	p := pageOf(t, s, moving.now)
	p.ListenAt(onlyHere)
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	ctx := browser(t)
	do(ctx, t, chromedp.Navigate(server.URL), chromedp.SendKeys("#q", "tea"), chromedp.WaitVisible(".pill.warn"))
	s.mu.Lock()
	s.status.Health, s.conditions = api.Failing, s.conditions[:1]
	s.mu.Unlock()
	moving.pass(time.Minute)
	do(ctx, t, chromedp.WaitVisible(".pill.fail"), chromedp.WaitNotPresent(`[aria-label="Put aside: Calendar team"]`))
	if got := eval[string](ctx, t, `document.activeElement.id + document.getElementById("q").value`); got != "qtea" {
		t.Errorf("what was typed became %q", got)
	}
	_, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.getElementById("told").textContent.includes("Failing")`))
	if err != nil {
		t.Errorf("a screen reader does not hear of it: %v", err)
	}
}

// TestKeyboard: the first key leads past the head of the page, and each thing that can be pressed shows that it is
// chosen.
func TestKeyboard(t *testing.T) {
	_, base := site(t, office())
	ctx := browser(t)
	do(ctx, t, chromedp.Navigate(base), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	if got := eval[string](ctx, t, "location.hash + document.activeElement.id"); got != "#mainmain" {
		t.Errorf("it leads to %s", got)
	}
	for range 12 {
		do(ctx, t, chromedp.KeyEvent(kb.Tab))
		if !eval[bool](ctx, t, `getComputedStyle(document.activeElement).outlineStyle === "solid" ||
			document.activeElement === document.body`) {
			t.Errorf("%s does not show that it is chosen", eval[string](ctx, t, "document.activeElement.outerHTML"))
		}
	}
}

// BenchmarkPaint tells after how many milliseconds a browser has painted the page of 1,000 calendars with 20 events
// each.
func BenchmarkPaint(b *testing.B) {
	_, base := site(b, crowd(1000, 20))
	ctx := browser(b)
	look(ctx, b, 1280, 900, false)
	painted, answered := math.Inf(1), math.Inf(1) // the least: others work on the machine as well
	for b.Loop() {
		// From an empty page: to take down the one before is no part of it.
		do(ctx, b, chromedp.Navigate("about:blank"), chromedp.Navigate(base), chromedp.WaitReady("#main"))
		answered = min(answered, eval[float64](ctx, b,
			`performance.getEntriesByType("navigation")[0].responseStart`))
		painted = min(painted, eval[float64](ctx, b, `new Promise(r => new PerformanceObserver((l, o) => {
			const p = l.getEntriesByName("first-contentful-paint")[0]; if (p) { o.disconnect(); r(p.startTime); }
		}).observe({type: "paint", buffered: true}))`))
	}
	b.ReportMetric(answered, "ms-to-first-byte")
	b.ReportMetric(painted, "ms-to-paint")
}

// TestShots takes the pictures of the docs.
func TestShots(t *testing.T) {
	ctx := browser(t)
	base := *shotsOf
	var event, other string
	if base == "" {
		p, made := site(t, office())
		p.Configure(Access{Password: secret})
		base, event, other = made, "/event?calendar=alice&id=a2", "/event?calendar=bob&id=b2"
		signIn(ctx, t, base)
	} else {
		base = strings.TrimSuffix(base, "/")
		do(ctx, t, chromedp.Navigate(base+"/"), chromedp.WaitReady("#main"))
		links := eval[[]string](ctx, t, `[...document.querySelectorAll("a[href^='/event?']")].map(a => `+
			`a.getAttribute("href"))`)
		if len(links) == 0 {
			t.Fatal("no event is shown")
		}
		event, other = links[0], links[len(links)-1]
	}
	for _, one := range []struct {
		name          string
		width, height int64
		dark          bool
		path          string
	}{
		{"page-light", 1280, 1000, false, "/"}, {"page-dark", 1280, 1000, true, "/"},
		{"page-phone", 390, 1000, false, "/"}, {"page-event", 1280, 800, false, event},
		{"full-light", 1280, 0, false, "/"}, {"full-phone", 390, 0, true, "/"},
		{"full-event-dark", 390, 0, true, other},
	} {
		look(ctx, t, one.width, max(one.height, 900), one.dark)
		do(ctx, t, chromedp.Navigate(base+one.path), chromedp.WaitReady("#main"))
		shot := chromedp.CaptureScreenshot()
		if one.height == 0 {
			shot = chromedp.FullScreenshot(100)
		}
		picture, err := chromedp.Run(ctx, shot)
		if err != nil || len(picture) < 5000 {
			t.Fatalf("%s: %d bytes, %v", one.name, len(picture), err)
		}
		if *shots == "" || one.height == 0 && *shots == "docs" {
			continue
		}
		path := filepath.Join("../../..", *shots, one.name+".png")
		if err := os.WriteFile(path, fewer(t, picture), 0o644); err != nil { //nolint:gosec // it is for the docs
			t.Fatal(err)
		}
	}
}

// fewer is a picture with the 256 colours that it has most of: a third of the bytes.
func fewer(t *testing.T, picture []byte) []byte {
	t.Helper()
	from, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	count := map[color.Color]int{}
	for y := range from.Bounds().Dy() {
		for x := range from.Bounds().Dx() {
			count[from.At(x, y)]++
		}
	}
	colours := slices.Collect(maps.Keys(count))
	slices.SortFunc(colours, func(a, b color.Color) int { return cmp.Compare(count[b], count[a]) })
	to := image.NewPaletted(from.Bounds(), colours[:min(len(colours), 256)])
	nearest := map[color.Color]uint8{}
	for _, c := range colours {
		nearest[c] = uint8(to.Palette.Index(c)) //nolint:gosec // of 256
	}
	for y := range from.Bounds().Dy() {
		for x := range from.Bounds().Dx() {
			to.SetColorIndex(x, y, nearest[from.At(x, y)])
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, to); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
