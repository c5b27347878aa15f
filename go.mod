module zoomtag

go 1.26.0

require (
	charm.land/huh/v2 v2.0.3 // questions of zoomtag init, line by line, put again until the answer is one
	github.com/chromedp/cdproto v0.160.1 // what chromedp is told and tells, in tests only
	github.com/chromedp/chromedp v0.23.1 // has a real browser look at the status page, in tests only
	github.com/coreos/go-systemd/v22 v22.7.0 // READY and WATCHDOG messages to systemd
	github.com/emersion/go-ical v0.0.0-20250609112844-439c63cef608 // second opinion on every edit of a calendar file; newer than the last tag, which ignores RDATE
	github.com/emersion/go-smtp v0.26.0 // a mail server that others wrote, in process, for tests only
	github.com/emersion/go-webdav v0.7.1-0.20260628102823-c16f8a9a132c // a CalDAV server that others wrote, in process, for tests only
	github.com/fsnotify/fsnotify v1.10.1 // notices a saved file at once
	github.com/gofrs/flock v0.13.0 // locks a sign-in while it is renewed, on each system in its way
	github.com/jackc/pgx/v5 v5.13.0 // PostgreSQL, as the state of several workers
	github.com/jedib0t/go-pretty/v6 v6.9.2 // tables that know how wide a character and a screen are
	github.com/microsoft/kiota-abstractions-go v1.9.4 // the Graph SDK's own interfaces
	github.com/microsoft/kiota-http-go v1.5.6 // the Graph SDK's transport; before 1.5.6 it leaks contexts
	github.com/microsoft/kiota-serialization-json-go v1.1.2 // the Graph SDK's JSON
	github.com/microsoftgraph/msgraph-sdk-go v1.100.0 // Outlook calendars; its packages users and models only
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // which of two forms of an answer a client likes better
	github.com/nicholas-fedor/shoutrrr v0.13.2 // chat services (ntfy, Slack, Matrix, Telegram, …), each by its address; the fork that is kept
	github.com/prometheus/client_golang v1.25.0 // metrics
	github.com/robfig/cron/v3 v3.0.1 // schedules: five fields, CRON_TZ, @every
	github.com/rogpeppe/go-internal v1.16.0 // testscript: mistakes of users as scripts that they could read, in tests only
	github.com/spf13/cobra v1.10.2 // commands, flags, completions, man pages
	github.com/spf13/pflag v1.0.10 // what cobra calls a mistyped flag
	github.com/teambition/rrule-go v1.8.2 // occurrences of recurring events
	github.com/wneessen/go-mail v0.8.1 // mails; v0.8.2 needs a newer Go
	go.etcd.io/bbolt v1.5.0 // the state: one file, transactions, survives power cuts
	go.yaml.in/yaml/v3 v3.0.6 // configuration, with the line of each mistake
	golang.org/x/crypto v0.58.0 // bcrypt and argon2id, for the password of the status page
	golang.org/x/net v0.62.0 // reads HTML bodies of events, and web pages in the place of answers, as loosely as browsers do; bounds the connections of listeners
	golang.org/x/oauth2 v0.37.0 // access tokens
	golang.org/x/sync v0.24.0 // one look at the state for however many scrapes
	golang.org/x/sys v0.49.0 // stat of ten thousand files without the cost of package os
	golang.org/x/term v0.47.0 // whether a screen is there
	golang.org/x/text v0.43.0 // texts of calendar files that are in Windows-1252
	golang.org/x/time v0.16.0 // keeps requests below a service's rate limits
	google.golang.org/api v0.310.0 // Google Calendar; v0.311.0 needs a genproto that cannot be had
	rsc.io/qr v0.2.0 // QR codes of links, as bits, without any image
)

require github.com/golang-jwt/jwt/v5 v5.3.1 // signs what an Outlook app with a certificate says of itself

require (
	charm.land/bubbles/v2 v2.0.0 // indirect
	charm.land/bubbletea/v2 v2.0.2 // indirect
	charm.land/lipgloss/v2 v2.0.1 // indirect
	cloud.google.com/go/auth v0.24.1-0.20261001053825-dbc26066f70a // indirect
	cloud.google.com/go/auth/oauth2adapt v0.3.0 // indirect
	cloud.google.com/go/compute/metadata v0.10.0 // indirect
	github.com/atotto/clipboard v0.1.4 // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/catppuccin/go v0.2.0 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/charmbracelet/colorprofile v0.4.2 // indirect
	github.com/charmbracelet/ultraviolet v0.0.0-20260205113103-524a6607adb8 // indirect
	github.com/charmbracelet/x/ansi v0.11.6 // indirect
	github.com/charmbracelet/x/exp/ordered v0.1.0 // indirect
	github.com/charmbracelet/x/exp/strings v0.0.0-20240722160745-212f7b056ed0 // indirect
	github.com/charmbracelet/x/term v0.2.2 // indirect
	github.com/charmbracelet/x/termios v0.1.1 // indirect
	github.com/charmbracelet/x/windows v0.2.2 // indirect
	github.com/clipperhouse/displaywidth v0.11.0 // indirect
	github.com/clipperhouse/uax29/v2 v2.7.0 // indirect
	github.com/cpuguy83/go-md2man/v2 v2.0.6 // indirect
	github.com/dustin/go-humanize v1.0.1 // indirect
	github.com/emersion/go-sasl v0.0.0-20241020182733-b788ff22d5a6 // indirect
	github.com/felixge/httpsnoop v1.1.0 // indirect
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	github.com/go-logr/logr v1.4.4 // indirect
	github.com/go-logr/stdr v1.2.2 // indirect
	github.com/google/s2a-go v0.1.11 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/googleapis/enterprise-certificate-proxy v0.3.24 // indirect
	github.com/googleapis/gax-go/v2 v2.27.0 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/puddle/v2 v2.2.3 // indirect
	github.com/lucasb-eyer/go-colorful v1.3.0 // indirect
	github.com/mattn/go-colorable v0.1.14 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/mattn/go-runewidth v0.0.20 // indirect
	github.com/mitchellh/hashstructure/v2 v2.0.2 // indirect
	github.com/muesli/cancelreader v0.2.2 // indirect
	github.com/prometheus/client_model v0.6.3 // indirect
	github.com/prometheus/common v0.72.0 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/russross/blackfriday/v2 v2.1.0 // indirect
	github.com/std-uritemplate/std-uritemplate/go/v2 v2.0.3 // indirect
	github.com/xo/terminfo v0.0.0-20220910002029-abceb7e1c41e // indirect
	go.opentelemetry.io/auto/sdk v1.2.1 // indirect
	go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp v0.69.0 // indirect
	go.opentelemetry.io/otel v1.47.0 // indirect
	go.opentelemetry.io/otel/log v1.47.0 // indirect
	go.opentelemetry.io/otel/metric v1.47.0 // indirect
	go.opentelemetry.io/otel/trace v1.47.0 // indirect
	golang.org/x/tools v0.51.0 // indirect
	google.golang.org/genproto v0.0.0-20261019180522-ce908d29299b // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20261019180522-ce908d29299b // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20261019180522-ce908d29299b // indirect
	google.golang.org/grpc v1.84.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)
