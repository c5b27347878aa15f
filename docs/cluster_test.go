package docs

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"zoomtag/configs"
	"zoomtag/systemd"
)

// node is a value of a YAML file.
type node struct{ value any }

// at goes down by keys, and by a number in lists; what is not there is nil.
func (n node) at(path ...any) node {
	for _, key := range path {
		switch key := key.(type) {
		case string:
			m, _ := n.value.(map[string]any)
			n = node{m[key]}
		case int:
			l, _ := n.value.([]any)
			if key >= len(l) {
				return node{}
			}
			n = node{l[key]}
		}
	}
	return n
}

func (n node) text() string {
	s, _ := n.value.(string)
	return s
}

func (n node) list() (all []node) {
	l, _ := n.value.([]any)
	for _, v := range l {
		all = append(all, node{v})
	}
	return all
}

// keys are those of a mapping, in their order.
func (n node) keys() (all []string) {
	m, _ := n.value.(map[string]any)
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// texts are those of a list.
func (n node) texts() (all []string) {
	for _, v := range n.list() {
		all = append(all, v.text())
	}
	return all
}

// documents reads the documents of a YAML file, strictly: a key that stands twice is a mistake.
func documents(t *testing.T, file string) (all []node) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	for {
		var value map[string]any
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, node{value})
	}
}

// wants compares values of a file with what they have to be.
func wants(t *testing.T, from node, values map[string]any) {
	t.Helper()
	for path, want := range values {
		n := from
		for key := range strings.SplitSeq(path, ".") {
			n = n.at(key)
		}
		if !reflect.DeepEqual(n.value, want) {
			t.Errorf("%s is %v, want %v", path, n.value, want)
		}
	}
}

// inFile finds the files that a configuration takes secrets from.
var inFile = regexp.MustCompile(`file:([^\s"]+)`)

// readable checks a configuration, and that its secrets lie where it takes them from.
func readable(t *testing.T, text string, secrets []string) {
	t.Helper()
	found := inFile.FindAllStringSubmatch(text, -1)
	if len(found) < 3 {
		t.Errorf("the configuration takes %d secrets from files", len(found))
	}
	for _, m := range found {
		if !slices.Contains(secrets, m[1]) {
			t.Errorf("the configuration takes a secret from %s; there are %q", m[1], secrets)
		}
	}
	text = strings.ReplaceAll(text, "your-", "our-") // values to be filled in are refused
	file := filepath.Join(t.TempDir(), "zoomtag.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := configs.LoadWithoutSecrets(file, func(string) string { return "/var/lib/zoomtag" })
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "0.0.0.0:7466" || c.Store.Source() == "" {
		t.Errorf("it listens on %s; the state that workers share is in %q", c.Listen, c.Store.Source())
	}
}

// unit is what a directive of the worker's unit says.
func unit(t *testing.T, directive string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + directive + `=(.*)$`).FindStringSubmatch(systemd.WorkerUnit)
	if m == nil {
		t.Fatalf("the unit says nothing of %s", directive)
	}
	return m[1]
}

// TestKubernetes: names lead to each other, a worker may no more than its unit lets it, and the configuration is one.
func TestKubernetes(t *testing.T) {
	kinds := map[string]node{}
	for _, d := range documents(t, "cluster/kubernetes.yaml") {
		kind := d.at("kind").text()
		if _, twice := kinds[kind]; twice || d.at("apiVersion").text() == "" {
			t.Errorf("%s stands twice or has no version", kind)
		}
		kinds[kind] = d
		wants(t, d, map[string]any{"metadata.name": "zoomtag"})
		if kind != "Namespace" {
			wants(t, d, map[string]any{"metadata.namespace": "zoomtag"})
		}
	}
	if got := kinds["Namespace"].at("metadata", "labels", "pod-security.kubernetes.io/enforce").text(); got != "restricted" {
		t.Errorf("the namespace lets pods do what is %q", got)
	}
	deployment := kinds["Deployment"].at("spec")
	pod := deployment.at("template", "spec")
	container := pod.at("containers", 0)
	if n, _ := deployment.at("replicas").value.(int); n < 2 {
		t.Errorf("%d workers", n)
	}
	labels := deployment.at("template", "metadata", "labels").value
	for what, selector := range map[string]node{
		"Deployment":          deployment.at("selector", "matchLabels"),
		"PodDisruptionBudget": kinds["PodDisruptionBudget"].at("spec", "selector", "matchLabels"),
		"NetworkPolicy":       kinds["NetworkPolicy"].at("spec", "podSelector", "matchLabels"),
		"Service":             kinds["Service"].at("spec", "selector"),
		"spread":              pod.at("topologySpreadConstraints", 0, "labelSelector", "matchLabels"),
	} {
		if labels == nil || !reflect.DeepEqual(selector.value, labels) {
			t.Errorf("%s selects %v, and the pods are %v", what, selector.value, labels)
		}
	}
	wants(t, kinds["PodDisruptionBudget"], map[string]any{"spec.maxUnavailable": 1})
	wants(t, deployment, map[string]any{
		"strategy.rollingUpdate.maxUnavailable": 0,
		"strategy.rollingUpdate.maxSurge":       1,
	})
	t.Run("closed", func(t *testing.T) { kubernetesClosed(t, pod) })
	t.Run("probes", func(t *testing.T) {
		for probe, path := range map[string]string{"startupProbe": "/healthz", "livenessProbe": "/healthz",
			"readinessProbe": "/readyz"} {
			wants(t, container.at(probe), map[string]any{"httpGet.path": path, "httpGet.port": "http"})
		}
		wants(t, container.at("ports", 0), map[string]any{"name": "http", "containerPort": 7466})
		wants(t, kinds["Service"].at("spec", "ports", 0), map[string]any{"port": 7466, "targetPort": "http"})
		wants(t, kinds["NetworkPolicy"].at("spec", "ingress", 0, "ports", 0), map[string]any{"port": "http"})
	})
	t.Run("files", func(t *testing.T) {
		given := map[string][]string{
			"config":  kinds["ConfigMap"].at("data").keys(),
			"secrets": kinds["Secret"].at("stringData").keys(),
			"state":   nil,
		}
		files := map[string][]string{}
		for _, m := range container.at("volumeMounts").list() {
			name := m.at("name").text()
			for _, key := range given[name] {
				files[name] = append(files[name], m.at("mountPath").text()+"/"+key)
			}
			delete(given, name)
		}
		if len(given) > 0 || !slices.Contains(files["config"], configs.System) {
			t.Errorf("%v are not mounted; the configuration is in %q", given, files["config"])
		}
		wants(t, pod.at("volumes", 0), map[string]any{"name": "config", "configMap.name": "zoomtag"})
		wants(t, pod.at("volumes", 1), map[string]any{"name": "secrets", "secret.secretName": "zoomtag",
			"secret.defaultMode": 0o440})
		readable(t, kinds["ConfigMap"].at("data", "zoomtag.yaml").text(), files["secrets"])
		store := kinds["Secret"].at("stringData", "store").text()
		_, ca, _ := strings.Cut(store, "sslrootcert=")
		if !strings.Contains(store, "sslmode=verify-full") || !slices.Contains(files["config"], ca) {
			t.Errorf("the database is not known for sure: %s", store)
		}
	})
}

// kubernetesClosed compares what a pod may with what the unit lets a worker do.
func kubernetesClosed(t *testing.T, pod node) {
	container := pod.at("containers", 0)
	wants(t, pod, map[string]any{
		"automountServiceAccountToken":        false,
		"hostNetwork":                         nil,
		"hostPID":                             nil,
		"securityContext.runAsNonRoot":        true,
		"securityContext.seccompProfile.type": "RuntimeDefault",
	})
	wants(t, container, map[string]any{
		"securityContext.allowPrivilegeEscalation": false,
		"securityContext.privileged":               false,
		"securityContext.readOnlyRootFilesystem":   true,
		"securityContext.capabilities.drop":        []any{"ALL"},
		"securityContext.capabilities.add":         nil,
	})
	if got := container.at("resources", "limits", "memory").text(); got != unit(t, "MemoryMax")+"i" {
		t.Errorf("it may use %s of memory, by its unit %s", got, unit(t, "MemoryMax"))
	}
	if seconds, _ := pod.at("terminationGracePeriodSeconds").value.(int); seconds != 90 ||
		unit(t, "TimeoutStopSec") != "90s" {
		t.Errorf("it has %d seconds to stop, by its unit %s", seconds, unit(t, "TimeoutStopSec"))
	}
	for _, e := range container.at("env").list() {
		if e.at("name").text() == "GOMEMLIMIT" && e.at("value").text() != unit(t, "MemoryHigh")+"iB" {
			t.Errorf("memory is given back from %s on, by its unit from %s", e.at("value").text(), unit(t, "MemoryHigh"))
		}
	}
	for _, v := range pod.at("volumes").list() {
		if v.at("hostPath").value != nil {
			t.Errorf("it sees the disk of its node: %v", v.value)
		}
	}
}

// TestCompose: names lead to each other, a worker may no more than its unit lets it, the database cannot be reached
// from elsewhere, and the configuration is one.
func TestCompose(t *testing.T) {
	all := documents(t, "cluster/compose.yaml")
	if len(all) != 1 {
		t.Fatalf("%d documents", len(all))
	}
	file := all[0]
	worker, database := file.at("services", "worker"), file.at("services", "database")
	wants(t, worker, map[string]any{
		"read_only":                      true,
		"cap_drop":                       []any{"ALL"},
		"security_opt":                   []any{"no-new-privileges:true"},
		"user":                           "65532:65532",
		"stop_grace_period":              unit(t, "TimeoutStopSec"),
		"deploy.replicas":                2,
		"deploy.resources.limits.memory": unit(t, "MemoryMax"),
		"environment.GOMEMLIMIT":         unit(t, "MemoryHigh") + "iB",
		"depends_on.database.condition":  "service_healthy",
		"privileged":                     nil,
		"ports":                          nil,
		"volumes":                        nil,
	})
	wants(t, database, map[string]any{"networks": []any{"state"}, "ports": nil, "read_only": true,
		"cap_drop": []any{"ALL"}, "security_opt": []any{"no-new-privileges:true"}})
	wants(t, file, map[string]any{"networks.state.internal": true})
	for name, service := range map[string]node{"worker": worker, "database": database} {
		for _, kind := range []string{"secrets", "networks"} {
			for _, used := range service.at(kind).texts() {
				if !slices.Contains(file.at(kind).keys(), used) {
					t.Errorf("%s wants %s of %s, which is not there", name, used, kind)
				}
			}
		}
	}
	if slices.Contains(worker.at("secrets").texts(), "database") {
		t.Error("a worker knows the database's password apart from its own address of it")
	}
	wants(t, worker.at("configs", 0), map[string]any{"source": "zoomtag", "target": configs.System})
	var given []string
	for _, s := range worker.at("secrets").texts() {
		given = append(given, "/run/secrets/"+s)
	}
	readable(t, file.at("configs", "zoomtag", "content").text(), given)
}
