package links

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Place is an online meeting that a link leads to.
type Place struct {
	Service string // "Zoom", "Google Meet", …
	URL     string // the link without what was wrapped around it
	ID      int64  // of Zoom, the meeting's number where the link shows one, else 0
}

// Classify tells which service's meeting a link leads into. Links that are wrapped are looked into: of link checkers
// that hide the target the host that they show counts, and of redirectors that nobody knows a parameter that is a link
// as a whole.
func Classify(link string) (Place, bool) {
	link = Unwrap(link)
	for range maxWrapped {
		u, ok := split(link)
		if !ok {
			return Place{}, false
		}
		if p, ok := u.place(link); ok {
			return p, true
		}
		inner := u.redirected()
		if inner == "" {
			return u.shown(link)
		}
		link = Unwrap(inner)
	}
	return Place{}, false
}

// place says where a link leads that is not wrapped.
func (u location) place(link string) (Place, bool) {
	if u.zoom() {
		return u.zoomPlace(link)
	}
	if u.scheme != "http" && u.scheme != "https" {
		name := map[string]string{"msteams": "Microsoft Teams", "ms-teams": "Microsoft Teams", "webex": "Webex",
			"wbx": "Webex", "facetime": "FaceTime", "facetime-audio": "FaceTime"}[u.scheme]
		return Place{Service: name, URL: link}, name != ""
	}
	for _, domain := range parents(u.host) {
		for _, s := range byDomain[domain] {
			if s.matches(u) {
				return Place{Service: s.name, URL: link}, true
			}
		}
	}
	for _, s := range anywhere {
		if s.host.MatchString(u.host) && s.path.MatchString(u.whole) {
			return Place{Service: s.name, URL: link}, true
		}
	}
	return Place{}, false
}

// anywhere are services that people run themselves, known by the form of their links: Greenlight's rooms for
// BigBlueButton, and its API; Jitsi by its name; Skype for Business Server ("simple URLs"); Nextcloud Talk; Pexip's web
// app.
var anywhere = []struct {
	name       string
	host, path *regexp.Regexp
}{
	{"BigBlueButton", regexp.MustCompile(``),
		regexp.MustCompile(`(?i)^/(((gl/)?b|gl)/[a-z0-9]{3}(-[a-z0-9]{3}){2,3}([?/#]|$)|(gl/)?rooms/[a-z0-9]{3}(-[a-z0-9]{3}){2,3}(/join)?([?#]|$)|(gl/)?bigbluebutton/(api|html5client)/)`)},
	{"Jitsi", regexp.MustCompile(`(^|[.-])jitsi([.-]|$)|^meet\.jit`), regexp.MustCompile(`^/[^/?#]{2,}`)},
	{"Skype for Business", regexp.MustCompile(`^(meet|join|lync|dialin|lyncmeet)[a-z0-9-]*\.`),
		regexp.MustCompile(`^(?i:/([^/?#]+/)?meet/[^/?#]+/[a-z0-9]{6,12})([?/#]|$)|^/[^/?#]+/[A-Z0-9]{8}([?/#]|$)`)},
	{"Nextcloud Talk", regexp.MustCompile(``),
		regexp.MustCompile(`^/index\.php/call/[a-z0-9]{6,}|^/call/[a-z0-9]{8}([?/#]|$)`)},
	{"Pexip", regexp.MustCompile(``), regexp.MustCompile(`^/webapp[0-9]?/(m|conference|home)/`)},
}

// matches reports whether the rest of a link is as those of the service are.
func (s *service) matches(u location) bool {
	rest := strings.TrimPrefix(u.whole, "/")
	for _, path := range s.paths {
		if path == "" {
			if len(strings.Trim(rest, "/?#")) > 0 {
				return true
			}
			continue
		}
		if begins, ok := strings.CutPrefix(path, "**"); ok {
			if strings.Contains(strings.ToLower(rest), begins) {
				return true
			}
			continue
		}
		if behindParts(rest, path) {
			return true
		}
	}
	return false
}

// behindParts reports whether a path begins like a pattern, in which an asterisk stands for one part.
func behindParts(rest, pattern string) bool {
	for strings.HasPrefix(pattern, "*") {
		part, after, more := strings.Cut(rest, "/")
		if part == "" || !more && pattern != "*" {
			return false
		}
		rest, pattern = after, strings.TrimPrefix(pattern[1:], "/")
	}
	return hasPrefixFold(rest, pattern)
}

// zoom reports whether the host is one of Zoom's. The schemes of its apps name a host as well.
func (u location) zoom() bool {
	return OnZoom(u.host) || u.scheme == "zoommtg" || u.scheme == "zoomus"
}

// OnZoom reports whether a host name (without port) is one of Zoom's, a company's own subdomain included.
func OnZoom(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, domain := range zoomDomains {
		if on(host, domain) {
			return true
		}
	}
	return false
}

// zoomPlace recognises the links with which people get into a Zoom meeting; recordings and dial-in lists are none.
func (u location) zoomPlace(link string) (Place, bool) {
	p := Place{Service: Zoom, URL: link}
	parts := strings.Split(strings.TrimSuffix(u.path, "/"), "/")
	switch strings.ToLower(parts[0]) {
	case "j", "s", "w", "wc", "launch":
		for _, part := range parts[1:] {
			if id := number(part); id != 0 {
				p.ID = id
				break
			}
		}
		return p, len(parts) > 1
	case "join", "start": // what the apps are opened with, and a page that asks for the number
		p.ID = number(u.param("confno"))
		return p, p.ID != 0 || u.scheme == "zoommtg" || u.scheme == "zoomus"
	case "my", "meeting", "webinar", "ev", "ejl":
		return p, len(parts) > 1
	case "addon": // what Zoom's Google add-on writes
		return p, true
	}
	return Place{}, false
}

// number reads a meeting's number, of 9 to 12 digits; 0 for none.
func number(text string) int64 {
	if len(text) < 9 || len(text) > 12 {
		return 0
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// maxParams bounds how many parameters of a link are looked at.
const maxParams = 50

// redirected is the link that the link of a redirector carries, whoever runs that and whatever the parameter is called.
// One that leads into a meeting goes before others.
func (u location) redirected() string {
	first, seen := "", 0
	for pair := range strings.SplitSeq(u.query, "&") {
		if seen++; seen > maxParams {
			break
		}
		_, value, _ := strings.Cut(pair, "=")
		target := carried(unescape(value))
		if t, ok := split(target); target != "" && ok {
			if _, meets := t.place(target); meets {
				return target
			}
			first = cmp.Or(first, target)
		}
	}
	return cmp.Or(first, inPath("/"+u.path))
}

// HiddenOn is the host on which a link checker says that the target is which it hides, or "".
func HiddenOn(link string) string {
	u, ok := split(whole(link))
	if !ok {
		return ""
	}
	return u.hiddenOn()
}

func (u location) hiddenOn() string {
	for _, o := range opaque {
		if o.in != "" && u.on(o.host) {
			return strings.ToLower(u.param(o.in))
		}
	}
	return ""
}

// shown is the service on whose host a link checker says that the target is which it hides.
func (u location) shown(link string) (Place, bool) {
	host := u.hiddenOn()
	if OnZoom(host) {
		return Place{Service: Zoom, URL: link}, true
	}
	for _, domain := range parents(host) {
		if list := byDomain[domain]; len(list) > 0 {
			return Place{Service: list[0].name, URL: link}, true
		}
	}
	return Place{}, false
}

// byDomain finds the services of a domain, and checked knows the domains of Zoom and of link checkers.
var byDomain, checked = index()

func index() (map[string][]*service, map[string]bool) {
	found, checked := map[string][]*service{}, map[string]bool{}
	for i := range services {
		for _, domain := range services[i].domains {
			found[domain] = append(found[domain], &services[i])
		}
	}
	for _, domain := range append(slices.Clone(zoomDomains), proofpoint...) {
		checked[domain] = true
	}
	for _, w := range wrappers {
		for _, host := range w.hosts {
			checked[host] = true
		}
	}
	for _, o := range opaque {
		checked[o.host] = true
	}
	return found, checked
}

// known reports whether a host, in lower case, is one of Zoom's, of another service's, or of a link checker's.
func known(host string) bool {
	for _, domain := range parents(host) {
		if checked[domain] || len(byDomain[domain]) > 0 {
			return true
		}
	}
	return google.MatchString(host)
}

// maxLabels bounds how many parts of a host's name are looked at: those of services have four at most.
const maxLabels = 6

// parents are the domains above a host, from the top, and the host itself.
func parents(host string) []string {
	var list []string
	for end := len(host); ; {
		end = strings.LastIndexByte(host[:end], '.')
		if end < 0 {
			return append(list, host)
		}
		if len(list) == maxLabels {
			return list
		}
		list = append(list, host[end+1:])
	}
}
