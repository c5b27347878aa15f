package caldavtest

import (
	"net/http"
	"slices"
)

// page is what is left of a listing, and the token at its end.
type page struct {
	collection string // its path
	left       []element
	token      string
}

// paged cuts the answer to a listing into pages, if there are to be any. A listing without a token can only be cut
// short.
func (p *Proxy) paged(a answer, r *http.Request) answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	m, err := readXML(a.body)
	if err != nil || p.pageLimit == 0 && !p.endless {
		return a
	}
	rest := page{collection: r.URL.EscapedPath(), token: m.value("sync-token")}
	for _, k := range m.Kids {
		if k.XMLName.Local == "response" {
			rest.left = append(rest.left, k)
		}
	}
	if rest.token != "" {
		return p.cut(rest)
	}
	if !p.endless {
		return a
	}
	return p.multistatus(append(slices.Clip(rest.left[:min(2, len(rest.left))]), shortened(rest.collection)))
}

// nextPage answers a token that was made here.
func (p *Proxy) nextPage(token string) answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	rest, ok := p.pages[token]
	if !ok {
		f := Refused(http.StatusForbidden, "valid-sync-token")
		return answer{status: f.Status, header: f.Header, body: f.Body}
	}
	return p.cut(rest)
}

// cut gives the first page of what is left. An endless listing never gets shorter.
func (p *Proxy) cut(rest page) answer {
	limit := p.pageLimit
	if limit == 0 {
		limit = 2
	}
	if len(rest.left) <= limit && !p.endless {
		return p.multistatus(append(rest.left, dav("sync-token").text(rest.token)))
	}
	limit = min(limit, len(rest.left))
	now := slices.Clone(rest.left[:limit])
	if !p.endless {
		rest.left = rest.left[limit:]
	}
	p.serial++
	token := rest.token + pageMark + number(p.serial)
	p.pages[token] = rest
	return p.multistatus(append(now, shortened(rest.collection), dav("sync-token").text(token)))
}

// shortened says that a list is not whole (RFC 6578 3.6, RFC 4791 7.8).
func shortened(collection string) element {
	return dav("response", dav("href").text(collection), status(http.StatusInsufficientStorage),
		dav("error", dav("number-of-matches-within-limits")))
}

// multistatus is written with prefixes: only so the line endings of what was read stay.
func (p *Proxy) multistatus(kids []element) answer {
	a := blank(http.StatusMultiStatus)
	a.header.Set("Content-Type", xmlType)
	a.body = document(dav("multistatus", kids...), Prefixed)
	return a
}
