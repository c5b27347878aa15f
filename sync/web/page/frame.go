package page

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
)

//go:embed templates/*.html
var sources embed.FS

var templates = template.Must(template.ParseFS(sources, "templates/*.html"))

// frame is what each page has around it.
type frame struct {
	Heading  string
	Zone     string
	At       moment
	Health   health // its Word is empty where none is shown
	Name     string // who has signed in, by a proxy's word
	CanLeave bool   // there is a session to end
	Open     bool   // nobody has to sign in
	Token    string
	Said     string // what became of a button that was pressed
	Version  string
	CSS, JS  string
	Back     string // where a button leads back to
	Sum      string // of the facts that are shown
}

type refusal struct {
	frame
	Sentence string
}

type signInPage struct {
	frame
	Back, Wrong string
}

// framed is what templates are executed with.
type framed interface{ around() *frame }

func (f *frame) around() *frame { return f }

// show executes a template, whole or not at all.
func (p *Page) show(w http.ResponseWriter, code int, name string, data framed) {
	f := data.around()
	f.CSS, f.JS = p.files["page.css"].path, p.files["page.js"].path
	var page bytes.Buffer
	if err := templates.ExecuteTemplate(&page, name, data); err != nil {
		p.Log.Error("the status page could not be written", "file", name, "reason", err)
		http.Error(w, "This page could not be written: look into the log of zoomtag.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	if _, err := w.Write(page.Bytes()); err != nil {
		p.Log.Debug("status page", "reason", err)
	}
}

// frameOf is the frame of a page for somebody.
func (p *Page) frameOf(r *http.Request, who *visitor, f *facts, heading string) frame {
	back := &url.URL{Path: r.URL.Path, RawQuery: withoutSaid(r.URL.Query()).Encode()}
	return frame{Heading: heading, Zone: p.zoneName(), At: p.moment(&f.at), Health: healthOfAll(f.status.Health),
		Name: who.name, CanLeave: who.session != "", Open: !who.signedIn(), Token: p.token(who),
		Said: p.notes.take(r.FormValue("said")), Version: f.status.Version, Back: back.String(), Sum: f.sum}
}

func withoutSaid(q url.Values) url.Values {
	q.Del("said")
	return q
}
