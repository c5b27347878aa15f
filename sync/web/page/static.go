package page

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
)

//go:embed static/*
var statics embed.FS

// file is one that lies beside the pages. Its address has a hash of what is in it, so that browsers may keep it.
type file struct {
	path, kind string
	content    []byte
}

var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml"}

// files are those that are embedded, by their names; what cannot be read is not there.
func files() map[string]file {
	found := map[string]file{}
	list, _ := statics.ReadDir("static")
	for _, f := range list {
		content, err := statics.ReadFile("static/" + f.Name())
		if err != nil {
			continue
		}
		sum := sha256.Sum256(content)
		ending := path.Ext(f.Name())
		name := strings.TrimSuffix(f.Name(), ending) + "-" + hex.EncodeToString(sum[:6]) + ending
		found[f.Name()] = file{"/static/" + name, kinds[ending], content}
	}
	return found
}

func (p *Page) static(w http.ResponseWriter, r *http.Request) {
	for name, f := range p.files {
		exact := f.path == r.URL.Path
		if !exact && "/static/"+name != r.URL.Path {
			continue
		}
		w.Header().Set("Content-Type", f.kind)
		if exact {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		if _, err := w.Write(f.content); err != nil {
			p.Log.Debug("status page", "reason", err)
		}
		return
	}
	p.refuse(w, r, http.StatusNotFound, "There is no such file.")
}
