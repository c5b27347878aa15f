package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestApart: no text has its cure glued behind its cause. A cause and what mends it are two values (Mend) from where
// they are found to where they are printed; there alone they are joined.
func TestApart(t *testing.T) {
	root := filepath.Join("..", "..")
	s := scan{files: token.NewFileSet(), found: map[string][]string{}}
	for _, top := range []string{"cmd", "configs", "providers", "store", "sync", "systemd"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			pretends := d != nil && d.IsDir() && (d.Name() == "testdata" || strings.HasSuffix(d.Name(), "test"))
			switch {
			case err != nil:
				return err
			case pretends:
				return filepath.SkipDir
			case !strings.HasSuffix(path, ".go"), strings.HasSuffix(path, "_test.go"):
				return nil
			}
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			file, err := parser.ParseFile(s.files, path, nil, parser.SkipObjectResolution)
			if err == nil {
				s.look(filepath.ToSlash(rel), file)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for path, texts := range s.found {
		for _, text := range texts {
			if !slices.Contains(excused[path], text) {
				t.Errorf("%s: a cure is glued to its cause: %s", path, text)
			}
		}
	}
	for path, texts := range excused {
		for _, text := range texts {
			if !slices.Contains(s.found[path], text) {
				t.Errorf("%s has no such text any more: take it out of the list: %s", path, text)
			}
		}
	}
}

// TestApartFinds: the scan finds what is glued, and lets be what is not.
func TestApartFinds(t *testing.T) {
	for source, want := range map[string]int{
		`errors.New("it is full: make room")`:                         1,
		`errors.New("it is full; run " + command)`:                    1,
		`fmt.Errorf("%s is full. Make "+"room", name)`:                1,
		`d.fail("is it full? zoomtag status shows it")`:               1,
		`reason(row{Cause: "it is full: wait"})`:                      1,
		`words.Mend(errors.New("it is full: make room"), "or leave")`: 1,
		`errors.New("zoom: make a meeting: it is full")`:              0,
		`errors.New("it is full")`:                                    0,
		`words.Mend(errors.New("it is full"), "a; look at it")`:       0,
		`because("it is full").Mend("a; look at it")`:                 0,
		`fmt.Fprintln(out, "It is full: make room")`:                  0,
		`row{Cause: "it is full", Cure: "a; look at it"}`:             0,
		`row{"it is full", "a; look at it"}`:                          0,
		`func() (cause, cure string) { return "full", "a; wait" }`:    0,
	} {
		s := scan{files: token.NewFileSet(), found: map[string][]string{}}
		file, err := parser.ParseFile(s.files, "a.go", "package a\nvar _ = "+source, 0)
		if err != nil {
			t.Fatal(err)
		}
		if s.look("a.go", file); len(s.found["a.go"]) != want {
			t.Errorf("%s: found %q", source, s.found["a.go"])
		}
	}
}

// excused are the texts that stay as they are, by their file.
var excused = map[string][]string{
	// The whole is a cure.
	"providers/calendar/outlook/errors.go": {"the calendar has to be your own, or shared with you with the right to " +
		"edit; if it is, run … again"},
	"sync/setup/guides.go": {"Open https://marketplace.zoom.us, sign in as the person who hosts, and press Develop, " +
		"Build App, General App; choose User-managed."},
	// Here they are shown to people.
	"sync/web/page/access.go": {
		"You are not signed in any more: sign in, and press the button again.",
		"You have not come by way of the proxy that signs people in: open the page at its address.",
		"The status page is not served on an address that others can reach, because nobody has to sign in: write " +
			"page.password into the configuration of zoomtag (docs/page.md), or take listen: 127.0.0.1:7466.",
	},
	// A sign-in is a thing, and nobody is told to sign.
	"sync/doctor/codes.go": {"This machine's clock is wrong: sign-ins are refused, and meetings begin at the wrong " +
		"time."},
}

// glued finds a cure behind a cause: a clause or a sentence that tells somebody to do something.
var glued = regexp.MustCompile(`[^:;.?\s][:;.?] (?i:(?:` +
	`add|allow|ask|check|choose|close|compare|correct|delete|do|edit|end|export|find|free|give|have|install|leave|let|` +
	`list|look|lower|make|mend|move|name|open|pass|put|raise|read|remove|rename|repeat|restart|run|see|send|set|sign|` +
	`split|start|stop|sudo|take|tell|try|turn|use|wait|write)\b|if [^,:]+, (?:ask|run|write)\b|(?:chmod|loginctl|systemctl) |zoomtag (?:auth|backup|` +
	`calendars|config|doctor|init|link|links|log|notify|plan|release|remove|retry|service|status|store|sync|verify|\x00))`)

// about is what a text begins with that says what was being done: "google: read event %s: ".
var about = regexp.MustCompile(`^[a-z]+: (?:[a-z\x00]+[a-z \x00]*(?:%\.?\d*[a-z][a-z ]*)*: )?`)

// scan looks for glued texts.
type scan struct {
	files *token.FileSet
	found map[string][]string // by file
}

// printers are calls whose texts are shown as they are, by the name of what is called.
var printers = []string{"Fprint", "Fprintf", "Fprintln", "Println", "say", "askPassword", "Error",
	"WriteString", "StringVar", "BoolVar"}

// prose are fields that hold texts for people, which are no causes.
var prose = []string{"Cure", "AwayCure", "Help", "Long", "Short", "Example", "Doc"}

func (s *scan) look(path string, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			return false // of its tag nothing is told
		case *ast.CallExpr:
			return !s.call(path, n)
		case *ast.KeyValueExpr:
			key, named := n.Key.(*ast.Ident)
			return !named || !slices.Contains(prose, key.Name)
		case *ast.CompositeLit:
			return !s.second(path, n.Elts)
		case *ast.ReturnStmt:
			return !s.second(path, n.Results)
		case *ast.AssignStmt:
			return !s.assigned(path, n)
		case *ast.BinaryExpr, *ast.BasicLit:
			if text, is := folded(n.(ast.Expr)); is && glued.MatchString(about.ReplaceAllString(text, "")) {
				s.found[path] = append(s.found[path], strings.ReplaceAll(text, "\x00", "…"))
				return false
			}
		}
		return true
	})
}

// within looks at some expressions alone.
func (s *scan) within(path string, list ...ast.Expr) {
	for _, e := range list {
		s.look(path, &ast.File{Name: ast.NewIdent("a"), Decls: []ast.Decl{&ast.GenDecl{Tok: token.VAR,
			Specs: []ast.Spec{&ast.ValueSpec{Values: []ast.Expr{e}}}}}})
	}
}

// call looks at a call in which not every text is a cause; done says that it was one.
func (s *scan) call(path string, call *ast.CallExpr) (done bool) {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
		if on, is := f.X.(*ast.Ident); name == "Mend" && (!is || on.Name != "words") {
			s.within(path, f.X)
			return true
		}
	}
	switch {
	case strings.HasPrefix(strings.ToLower(name), "mend"):
		if name == "Mend" {
			s.within(path, call.Args[0])
		}
		return true
	case slices.Contains(printers, name):
		return true
	}
	return false
}

// second looks at values of which the second is the cure of the first; done says that they were such.
func (s *scan) second(path string, list []ast.Expr) (done bool) {
	for i := 1; i < len(list); i++ {
		_, text := folded(list[i-1])
		if _, cure := folded(list[i]); text && cure {
			s.within(path, list[:i]...)
			s.within(path, list[i+1:]...)
			return true
		}
	}
	return false
}

// assigned looks at an assignment of which some values are cures, by their names; done says that it was one.
func (s *scan) assigned(path string, a *ast.AssignStmt) (done bool) {
	for i, to := range a.Lhs {
		name := ""
		switch to := to.(type) {
		case *ast.Ident:
			name = to.Name
		case *ast.SelectorExpr:
			name = to.Sel.Name
		}
		if strings.HasSuffix(strings.ToLower(name), "cure") && len(a.Lhs) == len(a.Rhs) {
			rest := slices.Delete(slices.Clone(a.Rhs), i, i+1)
			s.within(path, rest...)
			return true
		}
	}
	return false
}

// folded is a text that is put together of literals and other values, which are a zero byte each.
func folded(e ast.Expr) (text string, is bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "\x00", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.ParenExpr:
		return folded(e.X)
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			return folded(e.Args[0])
		}
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "\x00", false
		}
		x, one := folded(e.X)
		y, other := folded(e.Y)
		return x + y, one || other
	}
	return "\x00", false
}
