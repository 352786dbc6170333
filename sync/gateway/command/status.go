package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"longhand/sync/gateway"
)

func statusCommand(e Env) *cobra.Command {
	var data string
	var asJSON bool
	c := &cobra.Command{Use: "status [--data DIR] [--json]", Short: "How the relay on this machine stands: teams, sizes, lag, health", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return status(c.Context(), e, data, asJSON) }}
	c.Flags().StringVar(&data, "data", "", "its data `folder` (default: that of the relay which was started last)")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON value")
	return c
}

var errNotRunning = errors.New("no relay is running here; start one with `longhand-relay serve`, or say where its data is with --data")

func status(ctx context.Context, e Env, data string, asJSON bool) error {
	if data == "" {
		place, err := lastPlace()
		if err != nil {
			return errNotRunning
		}
		b, err := os.ReadFile(place)
		if err != nil {
			return errNotRunning
		}
		data = strings.TrimSpace(string(b))
	}
	b, err := os.ReadFile(filepath.Join(data, controlFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errNotRunning
	case err != nil:
		return fmt.Errorf("ask the relay: %w", err)
	}
	var d door
	if err := json.Unmarshal(b, &d); err != nil {
		return errNotRunning
	}
	s, err := ask(ctx, d)
	if err != nil {
		return err
	}
	if asJSON {
		out, err := json.MarshalIndent(struct {
			Address string `json:"address"`
			gateway.Status
		}{d.Address, s}, "", "  ")
		if err == nil {
			_, err = fmt.Fprintln(e.Out, string(out))
		}
		return err
	}
	printStatus(e.Out, d.Address, s)
	return nil
}

func ask(ctx context.Context, d door) (s gateway.Status, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.Control, nil)
	if err != nil {
		return s, errNotRunning
	}
	r.Header.Set("Authorization", "Bearer "+d.Secret)
	a, err := (&http.Client{Transport: &http.Transport{}}).Do(r) // no proxy: it is this machine
	if err != nil {
		return s, errNotRunning
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return s, errNotRunning
	}
	if err := json.NewDecoder(a.Body).Decode(&s); err != nil {
		return s, fmt.Errorf("ask the relay: %w", err)
	}
	return s, nil
}

func printStatus(out io.Writer, address string, s gateway.Status) {
	health := "ready"
	if !s.Ready {
		health = "not ready: " + s.Problem
	}
	fmt.Fprintf(out, "%s  %s\n%d teams, %d requests open\n", address, health, len(s.Teams), s.Waiting)
	if len(s.Teams) == 0 {
		return
	}
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "team\tblobs\tsize\tquota\tlag")
	for _, t := range s.Teams {
		note := fmt.Sprint(t.Lag)
		if t.Ailing > 0 {
			note += fmt.Sprintf(", %d replicas away", t.Ailing)
		}
		fmt.Fprintf(tw, "%.12s\t%d\t%s\t%s\t%s\n", t.Team, t.Blobs, human(t.Bytes), human(uint64(t.Quota)), note)
	}
	_ = tw.Flush()
}

func human(n uint64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
}
