package doctor

import (
	"strings"
	"time"

	"zoomtag/providers/links"
)

// NetworkFacts are what was found out about the way to Zoom from this machine.
type NetworkFacts struct {
	Probes []Probe
	Media  []Port
	// Status is what Zoom's status page says ("none", "minor", "major", "critical", "maintenance") and Says in words;
	// StatusError why it could not be read. Both empty: it was not asked.
	Status, Says, StatusError string
}

// Probe is what came of connecting to one host.
type Probe struct {
	Host, For string // us02web.zoom.us, "joining"
	// Proxy is the proxy on the way, without credentials; "" is none.
	Proxy string
	// NameError is why the name was not resolved, Error why there was no connection, Untrusted why the certificate is
	// not believed.
	NameError, Error, Untrusted string
	// Issuer is the organisation that the certificate names as its issuer; "" where there is none.
	Issuer string
	// Ahead is by how much this machine's clock is ahead of the host's; Dated says that it is known.
	Ahead time.Duration
	Dated bool
}

// Skew is by how much this machine's clock is ahead, as the first host says that says it.
func (n NetworkFacts) Skew() (ahead time.Duration, known bool) {
	for _, p := range n.Probes {
		if p.Dated {
			return p.Ahead, true
		}
	}
	return 0, false
}

// Port is whether a TCP port of Zoom's was reached.
type Port struct {
	Address string
	Error   string
}

// interceptors are makers of firewalls, filters and debuggers that open TLS, as their certificates name them.
var interceptors = []string{"zscaler", "netskope", "fortinet", "fortigate", "palo alto", "blue coat", "bluecoat",
	"cisco umbrella", "opendns", "sophos",
	"kaspersky", "eset", "avast", "avg technologies", "bitdefender", "mcafee", "skyhigh", "watchguard", "check point",
	"barracuda", "untangle", "squid",
	"mitmproxy", "portswigger", "charles proxy", "forcepoint", "websense", "iboss", "lightspeed", "securly",
	"contentkeeper", "goguardian", "sonicwall",
	"smoothwall", "cato networks", "menlo security", "trend micro", "symantec web"}

// authorities are those from which Zoom, or the networks that it uses, have had certificates.
var authorities = []string{"digicert", "amazon", "google trust services", "let's encrypt", "globalsign", "sectigo",
	"cloudflare", "entrust", "godaddy",
	"baltimore", "ssl corp", "zerossl", "isrg", "microsoft", "comodo", "geotrust", "thawte", "rapidssl"}

func named(issuer string, list []string) bool {
	issuer = strings.ToLower(issuer)
	for _, name := range list {
		if strings.Contains(issuer, name) {
			return true
		}
	}
	return false
}

// JudgeNetwork says what stands in the way to Zoom, and what is well.
func JudgeNetwork(n NetworkFacts) (list []Finding, well []string) {
	proxies := map[string]bool{}
	for _, p := range n.Probes {
		if p.Proxy != "" && !proxies[p.Proxy] {
			proxies[p.Proxy] = true
			list = append(list, found(ThroughProxy, "connections go through "+p.Proxy))
		}
		finding, bad := p.judge()
		if bad {
			list = append(list, finding)
			continue
		}
		says := p.Host + " answers"
		if p.Issuer != "" {
			says += ", certificate of " + p.Issuer
		}
		well = append(well, says+" ("+p.For+")")
	}
	media, fine := judgeMedia(n.Media)
	list, well = append(list, media...), append(well, fine...)
	switch {
	case n.StatusError != "":
		list = append(list, found(StatusUnknown, n.StatusError))
	case n.Status == "none":
		well = append(well, "Zoom reports no trouble")
	case n.Status != "":
		list = append(list, found(ZoomTrouble, "Zoom's status page says: "+orWord(n.Says, n.Status)))
	}
	return list, well
}

// judge says what is wrong with a probe.
func (p Probe) judge() (Finding, bool) {
	way := p.Host + " (" + p.For + ")"
	// An address of the configuration's own is no matter of what networks let through to Zoom.
	other, key := !links.OnZoom(p.Host), map[string]string{"API": "api_url", "sign-in": "oauth_url"}[p.For]
	other = other && key != ""
	switch {
	case p.NameError != "":
		f := found(NoName, "the name "+way+" cannot be resolved: "+p.NameError)
		if other {
			f.Mend = "Check the host in zoom." + key + ", or leave that key out."
		}
		return f, true
	case p.Error != "":
		f := found(NoConnection, "no connection to "+way+": "+p.Error)
		if other {
			f.Mend = "Check zoom." + key + ", and that a server is running there; or leave that key out."
		}
		if p.Proxy != "" {
			f.What += ", through the proxy " + p.Proxy
			f.Mend = "Check that HTTPS_PROXY is right and that the proxy lets " + p.Host + " through."
		}
		return f, true
	case p.Untrusted != "":
		f := found(Untrusted, "the certificate of "+way+", issued by "+orWord(p.Issuer, "nobody named")+
			", is not trusted: "+p.Untrusted)
		if named(p.Issuer, interceptors) {
			f.What += "; the issuer's name is that of a product that intercepts TLS"
		}
		return f, true
	case named(p.Issuer, interceptors):
		return found(Intercepted, "the certificate of "+way+" is issued by "+p.Issuer+
			", whose products intercept TLS"), true
	case p.Issuer != "" && !other && !named(p.Issuer, authorities):
		return found(Intercepted, "the certificate of "+way+" is issued by "+p.Issuer+
			", which is unusual for Zoom: perhaps TLS is intercepted").milder(Note), true
	}
	return Finding{}, false
}

// judgeMedia judges the ports that Zoom's apps prefer for sound and picture.
func judgeMedia(ports []Port) (list []Finding, well []string) {
	var open, shut []string
	for _, p := range ports {
		if p.Error == "" {
			open = append(open, p.Address)
		} else {
			shut = append(shut, p.Address+" ("+p.Error+")")
		}
	}
	if len(open) > 0 {
		well = append(well, "TCP "+strings.Join(open, ", ")+" can be reached")
	}
	if len(shut) > 0 {
		list = append(list, found(MediaPorts, "TCP "+strings.Join(shut, ", ")+
			" cannot be reached; not every address of Zoom's listens there, so this is a hint").milder(Note))
	}
	return list, well
}
