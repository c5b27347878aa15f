package links

import (
	"cmp"
	"encoding/base64"
	"regexp"
	"strings"
)

// maxWrapped bounds how deep a link may be wrapped in others.
const maxWrapped = 5

// A wrapper is a link checker of a mail system, or a redirector, whose links hold the target.
type wrapper struct {
	name  string
	hosts []string // and what is below them
	path  string   // what the path begins with
	in    []string // the parameters that may hold the target, encoded as they please; none: it stands in the path
}

// wrappers: where each puts the target is what their makers say, and what decoders that are in use elsewhere read.
var wrappers = []wrapper{
	// Microsoft Defender for Office 365: the world, the US government, and China; the page of Teams; and the links of
	// Outlook on the web.
	{"Safe Links", []string{"safelinks.protection.outlook.com", "safelinks.protection.office365.us",
		"safelinks.protection.partner.outlook.cn"}, "", []string{"url"}},
	{"Safe Links", []string{"teams.cdn.office.net", "teams.static.microsoft", "teams.microsoft.us"},
		"evergreen-assets/safelinks", []string{"url"}},
	{"Safe Links", []string{"outlook.office.com", "outlook.office365.com", "outlook.live.com", "outlook.office365.us"},
		"mail/safelink", []string{"url"}},
	// Proofpoint URL Defense: the first form holds the target in u, the second in u with signs of its own, the third in
	// the path.
	{"URL Defense", []string{"urldefense.proofpoint.com"}, "v1/", []string{"u"}},
	{"Barracuda", []string{"linkprotect.cudasvc.com"}, "", []string{"a"}},
	{"Cisco", []string{"secure-web.cisco.com"}, "", nil},
	{"Trend Micro", []string{"trendmicro.com", "trendmicro.eu", "trendmicro.co.jp"}, "wis/clicktime", []string{"url"}},
	{"Sophos", []string{"protection.sophos.com"}, "", []string{"u"}},
	{"FireEye", []string{"fireeye.com", "fireeye.eu", "trellix.com"}, "", []string{"u"}},
	{"Symantec", []string{"clicktime.symantec.com", "clicktime.cloud.postoffice.net"}, "", []string{"u"}},
	{"Check Point", []string{"protect.checkpoint.com", "url.avanan.click"}, "", nil},
	{"Trustwave", []string{"scanmail.trustwave.com"}, "", []string{"u"}},
	{"Edge Pilot", []string{"link.edgepilot.com"}, "", []string{"u"}},
	{"Zix", []string{"link.zixcentral.com"}, "", []string{"u"}},
	{"Libraesva", []string{"urlsand.esvalabs.com"}, "", []string{"u"}},
	{"CanIt", []string{"canit.ca", "roaringpenguin.com"}, "", []string{"_q"}},
	{"Mimecast", []string{"mimecast.com", "mimecastprotect.com"}, "", []string{"url"}},
	{"LinkedIn", []string{"linkedin.com"}, "redir/", []string{"url"}},
	{"Facebook", []string{"l.facebook.com", "lm.facebook.com", "l.workplace.com"}, "l.php", []string{"u"}},
	{"Slack", []string{"slack-redir.net"}, "link", []string{"url"}},
	{"YouTube", []string{"youtube.com"}, "redirect", []string{"q"}},
}

// proofpoint are the hosts of Proofpoint URL Defense, whose second and third forms have codes of their own.
var proofpoint = []string{"urldefense.proofpoint.com", "urldefense.com", "urldefense.us"}

// opaque are link checkers whose links say at most on which host the target is, in a parameter.
var opaque = []struct {
	host string
	in   string
}{
	{"mimecast.com", "domain"},
	{"mimecastprotect.com", "domain"},
	{"protection.sophos.com", "d"},
	{"shared.outlook.inky.com", "domain"},
	{"emailprotection.link", ""},
	{"hornetsecurity.com", ""},
}

// google are the hosts of Google in all countries.
var google = regexp.MustCompile(`^(www\.)?google\.[a-z]{2,3}(\.[a-z]{2})?$`)

// Unwrap is a link without what link checkers and redirectors that are known have wrapped around it, as far as the
// target stands in it. An HTML entity for the ampersand is taken for one.
func Unwrap(link string) string {
	link = whole(link)
	for range maxWrapped {
		u, ok := split(link)
		if !ok {
			break
		}
		inner := u.inside()
		if inner == "" {
			break
		}
		link = whole(inner)
	}
	return link
}

// Checker is the host of the link checker or redirector whose link this is, or "".
func Checker(link string) string {
	u, ok := split(whole(link))
	if !ok {
		return ""
	}
	is := u.inside() != "" || u.wrapper() != nil
	for _, host := range proofpoint {
		is = is || u.on(host)
	}
	for _, o := range opaque {
		is = is || u.on(o.host)
	}
	if !is {
		return ""
	}
	return u.host
}

// whole is a link as a browser would take it: ampersands as such, one that is encoded as a whole decoded, and with a
// scheme.
func whole(link string) string {
	link = strings.TrimSpace(strings.ReplaceAll(link, "&amp;", "&"))
	for range 2 {
		if at := strings.IndexByte(link, '%'); at > 0 && (beginsEncoded(link, at, 0) == 0 || encodedHost(link, at)) {
			link = unescape(link)
		}
	}
	if !strings.Contains(link, "://") {
		if host, _, _ := strings.Cut(link, "/"); known(strings.ToLower(host)) {
			link = "https://" + link
		}
	}
	return link
}

// wrapper is the one whose link this is, or nil.
func (u location) wrapper() *wrapper {
	for i := range wrappers {
		w := &wrappers[i]
		if !hasPrefixFold(u.path, w.path) {
			continue
		}
		for _, host := range w.hosts {
			if u.on(host) {
				return w
			}
		}
	}
	return nil
}

// inside is the link that a known link checker or redirector has wrapped, or "".
func (u location) inside() string {
	switch {
	case google.MatchString(u.host) && u.path == "url":
		return cmp.Or(u.target("q"), u.target("url"))
	case u.on("urldefense.proofpoint.com") && hasPrefixFold(u.path, "v2/"):
		return dashed(u.param("u"))
	case u.on("urldefense.com"), u.on("urldefense.us"), u.on("urldefense.proofpoint.com") &&
		hasPrefixFold(u.path, "v3/"):
		return underscored(u.whole)
	}
	w := u.wrapper()
	if w == nil {
		return ""
	}
	if w.in == nil {
		return inPath(u.whole)
	}
	for _, name := range w.in {
		if target := u.target(name); target != "" {
			return target
		}
	}
	return ""
}

// target is the link that a parameter holds, or "".
func (u location) target(name string) string {
	return carried(u.param(name))
}

// carried is the link that a text is: as it is, percent-encoded several times, or in base64; or "".
func carried(value string) string {
	for range 3 {
		if isLink(value) {
			return value
		}
		if decoded := fromBase64(value); isLink(decoded) {
			return decoded
		}
		value = unescape(value)
	}
	return ""
}

// isLink reports whether a text is a link of the web, or of a meeting app.
func isLink(text string) bool {
	if strings.ContainsAny(text, " \t\r\n") {
		return false
	}
	if i := strings.Index(text, "://"); i > 0 {
		return beginsScheme(text, i, 0) == 0
	}
	host, rest, found := strings.Cut(text, "/")
	return found && rest != "" && known(strings.ToLower(host))
}

func fromBase64(text string) string {
	text = strings.TrimRight(text, "=")
	if len(text) < 12 {
		return ""
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if decoded, err := encoding.DecodeString(text); err == nil {
			return string(decoded)
		}
	}
	return ""
}

// inPath is the link that stands in a path, as it is or percent-encoded, up to the underscores behind which Check Point
// goes on.
func inPath(path string) string {
	for range 3 {
		at := strings.Index(path[min(1, len(path)):], "://")
		if at >= 0 {
			start := beginsScheme(path, at+1, 0)
			if start < 0 {
				return ""
			}
			link, _, _ := strings.Cut(path[start:], "___")
			return link
		}
		decoded := unescape(path)
		if decoded == path {
			break
		}
		path = decoded
	}
	return ""
}

// dashed decodes the second form of URL Defense: a dash and two digits for a percent sign, an underscore for a slash.
func dashed(u string) string {
	u = unescape(strings.NewReplacer("-", "%", "_", "/").Replace(u))
	if !isLink(u) {
		return ""
	}
	return u
}

// underscored decodes the third form of URL Defense. The target stands between two underscores each. An asterisk stands
// for one character that was taken out, two and a letter for several; they follow in base64.
func underscored(path string) string {
	_, rest, found := strings.Cut(path, "/v3/__")
	if !found {
		return ""
	}
	target, taken, found := cutLast(rest, "__;")
	if !found {
		return ""
	}
	taken, _, _ = strings.Cut(taken, "!")
	out := []rune(decodeTaken(taken))
	if strings.Contains(target, "://") || strings.Contains(target, ":/") {
		// a slash gets lost on the way
		if scheme, behind, ok := strings.Cut(target, ":/"); ok && !strings.HasPrefix(behind, "/") {
			target = scheme + "://" + behind
		}
	}
	target = putBack(target, out)
	if !isLink(target) {
		return ""
	}
	return target
}

func decodeTaken(text string) string {
	decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return ""
	}
	return string(decoded)
}

// runs are the letters that say how many characters two asterisks stand for: two for the first, and one more for each.
const runs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// putBack puts characters that were taken out into their places.
func putBack(target string, taken []rune) string {
	if !strings.Contains(target, "*") {
		return target
	}
	var b strings.Builder
	for i := 0; i < len(target); i++ {
		n := 1
		switch {
		case target[i] != '*':
			b.WriteByte(target[i])
			continue
		case strings.HasPrefix(target[i:], "**") && i+2 < len(target) && strings.IndexByte(runs, target[i+2]) >= 0:
			n = strings.IndexByte(runs, target[i+2]) + 2
			i += 2
		}
		if n > len(taken) {
			return b.String() + target[i+1:] // somebody has cut it; what there is says where it leads
		}
		b.WriteString(string(taken[:n]))
		taken = taken[n:]
	}
	return b.String()
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
