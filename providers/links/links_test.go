package links

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	for text, want := range map[string][]string{
		"see https://example.org/a, and HTTP://example.org/b.": {"https://example.org/a",
			"HTTP://example.org/b"},
		"join:us02web.zoom.us/j/86000000001?pwd=Ab.1 (today)":                               {"us02web.zoom.us/j/86000000001?pwd=Ab.1"},
		"会議:zoom.us/j/86000000001。以上":                                                       {"zoom.us/j/86000000001"},
		"<a href=\"//zoom.us/j/86000000001\">":                                              {"zoom.us/j/86000000001"},
		"mailto:carol@zoom.us/j/1 x//zoom.us/j/1 ?to=zoom.us/j/1":                           nil,
		"us02web.zoom.us%2Fj%2F86000000001 is encoded":                                      {"us02web.zoom.us%2Fj%2F86000000001"},
		"https%253A%252F%252Facme.zoom.us%252Fj%252F1 is encoded twice":                     {"https%253A%252F%252Facme.zoom.us%252Fj%252F1"},
		"（https://zoom.us/j/86000000001）、“https://zoom.us/j/86000000002”":                   {"https://zoom.us/j/86000000001", "https://zoom.us/j/86000000002"},
		"100%2F2 and example.org%2Fx":                                                       nil,
		"facetime-audio://alice@example.com":                                                {"facetime-audio://alice@example.com"},
		"join us02web.zoom.us/j/86000000001?pwd=Ab.1 (today)":                               {"us02web.zoom.us/j/86000000001?pwd=Ab.1"},
		"(meet.google.com/abc-defg-hij)":                                                    {"meet.google.com/abc-defg-hij"},
		"carol@zoom.us/j/86000000001":                                                       nil,
		"readme.md/x and/or example.org/zoom.us/j":                                          nil,
		"zoommtg://zoom.us/join?confno=86000000001&pwd=x":                                   {"zoommtg://zoom.us/join?confno=86000000001&pwd=x"},
		"ftp://zoom.us/j/86000000001":                                                       nil,
		"https%3A%2F%2Facme.zoom.us%2Fj%2F86000000001 is encoded":                           {"https%3A%2F%2Facme.zoom.us%2Fj%2F86000000001"},
		"<a href=\"https://zoom.us/j/86000000001\">https://zoom.us/j/86000000001&nbsp;</a>": {"https://zoom.us/j/86000000001", "https://zoom.us/j/86000000001"},
		"https://zoom.us/j/86000000001\u00a0and more":                                       {"https://zoom.us/j/86000000001"},
		"ȺȺȺȺȺ http":                    nil,
		strings.Repeat("http ", 100000): nil,
	} {
		if got := Find(text); !slices.Equal(got, want) {
			t.Errorf("%.60q: %q, want %q", text, got, want)
		}
	}
	if got := Find(strings.Repeat("https://example.org/ ", 2*MaxLinks)); len(got) != MaxLinks {
		t.Errorf("%d links", len(got))
	}
}

// TestClassify: which service's meeting a link leads into.
func TestClassify(t *testing.T) {
	for link, want := range map[string]string{
		"https://us02web.zoom.us/j/85000000001?pwd=a.b-1.1":                                        Zoom,
		"us02web.zoom.us/j/85000000001":                                                            Zoom,
		"https://zoom.us/wc/join/85000000001":                                                      Zoom,
		"https://acme.zoom.us/my/alice":                                                            Zoom,
		"https://acme.zoom.us/webinar/register/WN_abc":                                             Zoom,
		"https://events.zoom.us/ev/abc":                                                            Zoom,
		"zoommtg://zoom.us/join?action=join&confno=85000000001":                                    Zoom,
		"zoomus://zoom.us/join?confno=85000000001":                                                 Zoom,
		"https://zoom.us/rec/share/abc":                                                            "",
		"https://zoom.us/u/abc":                                                                    "",
		"https://zoom.us/pricing":                                                                  "",
		"https://evilzoom.us/j/85000000001":                                                        "",
		"https://zoom.us.evil.example/j/85000000001":                                               "",
		"https://meet.google.com/abc-defg-hij":                                                     GoogleMeet,
		"https://meet.google.com/":                                                                 "",
		"g.co/meet/team":                                                                           GoogleMeet,
		"HTTPS://TEAMS.MICROSOFT.COM/l/meetup-join/19%3a":                                          "Microsoft Teams",
		"https://teams.microsoft.com/_#/l/meetup-join/19:meeting":                                  "Microsoft Teams",
		"https://teams.microsoft.com/v2/?meetingjoin=true#/meet/123":                               "Microsoft Teams",
		"https://teams.microsoft.com/dl/launcher/launcher.html?url=%2F_%23%2Fl%2Fmeetup-join%2F19": "Microsoft Teams",
		"https://teams.cloud.microsoft/meet/123?p=a":                                               "Microsoft Teams",
		"https://dod.teams.microsoft.us/l/meetup-join/19":                                          "Microsoft Teams",
		"https://gov.teams.microsoft.us/meet/22":                                                   "Microsoft Teams",
		"https://teams.microsoftonline.cn/l/meetup-join/19":                                        "Microsoft Teams",
		"https://teams.live.com/meet/9312345":                                                      "Microsoft Teams",
		"msteams://teams.microsoft.com/l/meetup-join/19":                                           "Microsoft Teams",
		"https://teams.microsoft.com/l/channel/19%3a":                                              "",
		"https://acme.webex.com/acme/j.php?MTID=m1":                                                "Webex",
		"https://acme.webex.com/acme/onstage/g.php?MTID=e1":                                        "Webex",
		"https://acme.my.webex.com/meet/alice":                                                     "Webex",
		"https://acme.webex.com/weblink/register/r1":                                               "Webex",
		"https://acme.webex.com/webappng/sites/acme/meeting/info/1":                                "Webex",
		"https://help.webex.com/article/x":                                                         "",
		"https://global.gotomeeting.com/join/123456789":                                            "GoTo Meeting",
		"https://meet.goto.com/alice":                                                              "GoTo Meeting",
		"https://attendee.gotowebinar.com/register/1":                                              "GoTo Webinar",
		"https://bluejeans.com/123456789":                                                          "BlueJeans",
		"https://meet.jit.si/Room":                                                                 "Jitsi",
		"https://jitsi.example.org/Room":                                                           "Jitsi",
		"https://8x8.vc/acme/room":                                                                 "Jitsi",
		"https://whereby.com/room":                                                                 "Whereby",
		"https://chime.aws/1234567890":                                                             "Amazon Chime",
		"https://v.ringcentral.com/join/123456789":                                                 "RingCentral",
		"https://video.cloudoffice.avaya.com/join/123456789":                                       "RingCentral",
		"https://www.ringcentral.com/pricing.html":                                                 "",
		"https://app.slack.com/huddle/T1/C1":                                                       "Slack",
		"https://acme.slack.com/archives/C1":                                                       "",
		"https://demo.bigbluebutton.org/rooms/abc-def-ghi-jkl/join":                                "BigBlueButton",
		"https://bbb.school.example/b/ali-abc-xyz":                                                 "BigBlueButton",
		"https://bbb.school.example/bigbluebutton/api/join?meetingID=1":                            "BigBlueButton",
		"https://example.org/b/about":                                                              "",
		"https://meet.contoso.example/alice/AB1C2D3E":                                              "Skype for Business",
		"https://cloud.example.org/call/ab12cd34":                                                  "Nextcloud Talk",
		"https://facetime.apple.com/join#v=1":                                                      "FaceTime",
		"https://vc.larksuite.com/j/123456789":                                                     "Lark",
		"https://www.youtube.com/watch?v=1":                                                        "",
		"https://example.org/":                                                                     "",
		"https://click.example.org/track?id=1&url=https%3A%2F%2Fzoom.us%2Fj%2F85000000001":         Zoom,
		"https://click.example.org/?text=see+https%3A%2F%2Fzoom.us%2Fj%2F85000000001":              "",
		"https://protect-eu.mimecast.com/s/AbCd?domain=us02web.zoom.us":                            Zoom,
		"https://protect-eu.mimecast.com/s/AbCd?domain=example.org":                                "",
		"HTTPS://US02WEB.ZOOM.US/J/85000000001":                                                    Zoom,
		"us02web.zoom.us%2Fj%2F85000000001":                                                        Zoom,
		"https%253A%252F%252Fzoom.us%252Fj%252F85000000001":                                        Zoom,
		"google.com/url?sa=t&url=https%3A%2F%2Fzoom.us%2Fj%2F85000000001":                          Zoom,
		"https://t.example.com/r?id=7&z=https%3A%2F%2Fzoom.us%2Fj%2F85000000001&t=x":               Zoom,
		"https://spam.example.com/proxy.php?_q=aHR0cHM6Ly96b29tLnVzL2ovODUwMDAwMDAwMDE%3D&_s=1":    Zoom,
		"https://t.example.com/r?ref=https%3A%2F%2Fexample.org%2F&to=zoom.us%2Fj%2F85000000001":    Zoom,
		"https://events.teams.microsoft.com/event/ab@cd":                                           "Microsoft Teams",
		"https://teams.microsoft.com/registration/ab,cd":                                           "Microsoft Teams",
		"https://aka.ms/JoinTeamsMeeting?omkt=de-DE":                                               "Microsoft Teams",
		"https://aka.ms/other":                                                                     "",
		"https://www.microsoft.com/de-de/microsoft-teams/join-a-meeting?rtc=1":                     "Microsoft Teams",
		"https://www.microsoft.com/en-us/microsoft-teams/group-chat-software":                      "",
		"https://acme.webex.com/acme/meetingcenter/meetinginfo/x.do?siteurl=acme":                  "Webex",
		"https://instant.webex.com/hc/abc":                                                         "Webex",
		"https://acme.webex.com/acme/globalcallin.php?MTID=m1":                                     "Webex",
		"https://acme.webex.com/acme/ldr.php?RCID=r1":                                              "",
		"https://plus.google.com/hangouts/_/acme.example/x":                                        GoogleMeet,
		"https://tel.meet/abc-defg-hij?pin=1":                                                      GoogleMeet,
		"https://bbb.school.example/gl/ali-abc-xyz":                                                "BigBlueButton",
		"https://conference.istesuit.com/abc":                                                      "Suit",
		"https://acme.adobeconnect.com/r1":                                                         "Adobe Connect",
		"https://acme.3cx.eu/meet/alice":                                                           "3CX",
		"https://signal.link/call/#key=x":                                                          "Signal",
		"https://call.whatsapp.com/video/x":                                                        "WhatsApp",
		"https://meet.proton.me/join/id-A":                                                         "Proton Meet",
		"https://kmeet.infomaniak.com/ab":                                                          "kMeet",
		"https://talk.brave.com/ab":                                                                "Brave Talk",
		"https://visio.numerique.gouv.fr/ab-cd":                                                    "Visio",
		"https://meet.element.io/room":                                                             "Jitsi",
		"https://events.ringcentral.com/events/x":                                                  "RingCentral",
		"https://webinar.zoho.eu/x":                                                                "Zoho",
		"https://www.airmeet.com/e/x":                                                              "Airmeet",
		"facetime-audio://alice@example.com":                                                       "FaceTime",
	} {
		if p, _ := Classify(link); p.Service != want {
			t.Errorf("%s leads to %q, want %q", link, p.Service, want)
		}
	}
}

// wrappings are ways in which link checkers and redirectors write a link.
func wrappings() map[string]func(link string) string {
	query := func(begin, end string) func(string) string {
		return func(link string) string { return begin + url.QueryEscape(link) + end }
	}
	return map[string]func(string) string{
		"Google":            query("https://www.google.com/url?q=", "&sa=D&source=calendar"),
		"Google in Britain": query("https://www.google.co.uk/url?sa=t&url=", ""),
		"Google, no www":    query("https://google.de/url?q=", "&sa=D"),
		"Safe Links": query("https://eur01.safelinks.protection.outlook.com/?url=",
			"&data=05%7C01&reserved=0"),
		"Safe Links, app": query("https://nam02.safelinks.protection.outlook.com/ap/w-59584e83/?url=",
			"&amp;data=x"),
		"Safe Links, GCC High": query("https://gcc02.safelinks.protection.office365.us/?url=", "&data=x"),
		"Safe Links of Teams":  query("https://statics.teams.cdn.office.net/evergreen-assets/safelinks/2/atp-safelinks.html?url=", "&locale=en-us"),
		"URL Defense 1":        query("https://urldefense.proofpoint.com/v1/url?u=", "&k=x"),
		"URL Defense 2": func(link string) string {
			coded := strings.NewReplacer("%", "-", "/",
				"_").Replace(strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(link), "-", "%2D"), "_", "%5F"))
			return "https://urldefense.proofpoint.com/v2/url?u=" + strings.ReplaceAll(coded, "-2F", "_") +
				"&d=DwMFaQ&c=x"
		},
		"URL Defense 3": func(link string) string {
			return "https://urldefense.com/v3/__" + link +
				"__;!!AbC!dEf$"
		},
		"URL Defense 3, of government": func(link string) string {
			return "https://urldefense.us/v3/__" + link +
				"__;!!AbC!dEf$"
		},
		"URL Defense 3, taken out": func(link string) string {
			return "https://urldefense.com/v3/__" + strings.Replace(link, "?", "*", 1) + "__;" +
				base64.RawURLEncoding.EncodeToString([]byte("?")) + "!!AbC!dEf$"
		},
		"URL Defense 3, several": func(link string) string {
			return "https://urldefense.com/v3/__" + strings.Replace(link, "?pw", "**B", 1) + "__;" +
				base64.RawURLEncoding.EncodeToString([]byte("?pw")) + "!!AbC!dEf$"
		},
		"Barracuda": query("https://linkprotect.cudasvc.com/url?a=", "&c=E,1,x"),
		"Cisco": func(link string) string {
			return "https://secure-web.cisco.com/1AbC-d_e/" +
				url.QueryEscape(link)
		},
		"Trend Micro": query("https://ca-1801-ctp.trendmicro.com:443/wis/clicktime/v1/query?url=", "&umid=x"),
		"Sophos": func(link string) string {
			return "https://eu-west-1.protection.sophos.com?d=x&u=" +
				base64.StdEncoding.EncodeToString([]byte(link)) + "&i=x"
		},
		"FireEye":  query("https://protect2.fireeye.com/v1/url?k=x&q=1&e=y&u=", ""),
		"Symantec": query("https://clicktime.symantec.com/3AbC?u=", ""),
		"Check Point": func(link string) string {
			return "https://protect.checkpoint.com/v2/___" + link +
				"___.YXA"
		},
		"Trustwave":        query("https://scanmail.trustwave.com/?c=1&d=x&s=5&u=", ""),
		"LinkedIn":         query("https://www.linkedin.com/redir/redirect?url=", "&urlhash=x"),
		"Facebook":         query("https://l.facebook.com/l.php?u=", "&h=x"),
		"encoded as whole": url.QueryEscape,
		"twice": func(link string) string {
			return "https://www.google.com/url?q=" +
				url.QueryEscape("https://eur01.safelinks.protection.outlook.com/?url="+url.QueryEscape(link)+"&data=x")
		},
		"encoded twice": func(link string) string {
			return "https://linkprotect.cudasvc.com/url?a=" + url.QueryEscape(url.QueryEscape(link))
		},
	}
}

func TestUnwrap(t *testing.T) {
	const link = "https://us02web.zoom.us/j/85000000001?pwd=aB-c_d.1"
	for name, wrap := range wrappings() {
		t.Run(name, func(t *testing.T) {
			wrapped := wrap(link)
			if got := Unwrap(wrapped); got != link {
				t.Errorf("%s is %s", wrapped, got)
			}
			found := Find("See " + wrapped + " today")
			if len(found) != 1 {
				t.Fatalf("found %q", found)
			}
			if p, _ := Classify(found[0]); p.Service != Zoom || p.ID != 85000000001 {
				t.Errorf("%s leads to %+v", found[0], p)
			}
			if checker := Checker(wrapped); (checker == "") != (name == "encoded as whole") {
				t.Errorf("the checker of %s is %q", wrapped, checker)
			}
			if got := Unwrap(wrap("https://zoom.us.evil.example/j/85000000001?pwd=x")); !strings.HasPrefix(got,
				"https://zoom.us.evil.example/") {
				t.Errorf("a stranger's is %s", got)
			}
		})
	}
	for _, plain := range []string{link, "https://example.org/?url=https%3A%2F%2Fzoom.us%2Fj%2F85000000001",
		"https://www.google.com/search?q=zoom",
		"https://urldefense.com/v3/", "https://example.org/a%zz"} {
		if got := Unwrap(plain); got != plain {
			t.Errorf("%s became %s", plain, got)
		}
	}
}

func FuzzLinks(f *testing.F) {
	for _, wrap := range wrappings() {
		f.Add(wrap("https://us02web.zoom.us/j/85000000001?pwd=aB.1"))
	}
	for _, s := range []string{"", "//", "://", "%3a%2f%2f", "https://urldefense.com/v3/__https:/zoom.us/j/***-__;!!",
		"zoom.us/", "https://@:/?#", "a.zoom.us/j/1/zoom.us/j/2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, link := range Find(text) {
			if !strings.Contains(text, link) {
				t.Fatalf("%q does not stand in %q", link, text)
			}
			Checker(link)
			p, ok := Classify(link)
			if ok != (p.Service != "") {
				t.Fatalf("%q: %v and %+v", link, ok, p)
			}
		}
	})
}
