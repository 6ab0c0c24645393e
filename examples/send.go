// Sends a message and shows the reply as it comes, with nothing but the standard library: go run send.go "A question"
package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const tries = 5

type event struct {
	kind string
	Seq  int    `json:"seq"`
	Text string `json:"text"`
	Err  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

func main() {
	text := "Hello!"
	if len(os.Args) > 1 {
		text = os.Args[1]
	}
	id, err := send(text)
	if err == nil {
		fmt.Fprintln(os.Stderr, id, "waits")
		err = show(id)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// send puts a message into the queue, under a key of its own, so that sending it again does nothing twice.
func send(text string) (string, error) {
	body, err := json.Marshal(map[string]string{"user_id": "example", "content": text, "priority": "high"})
	if err != nil {
		return "", err
	}
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return "", err
	}
	response, err := call("POST", "/api/v1/messages", body, "idempotency-key", hex.EncodeToString(key))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var message struct {
		ID string `json:"id"`
	}
	return message.ID, json.NewDecoder(response.Body).Decode(&message)
}

// show prints the reply to its end, through as many connections as it takes.
func show(id string) error {
	last := 0
	for attempt := 1; attempt <= tries; attempt++ {
		before := last
		done, err := read(id, &last)
		if done || err != nil {
			return err
		}
		if last > before {
			attempt = 0
		}
		time.Sleep(500 * time.Millisecond)
	}
	return errors.New("the stream cannot be opened again")
}

// read prints what one connection brings after the event `last`, and says whether that was all.
func read(id string, last *int) (bool, error) {
	response, err := call("GET", "/api/v1/messages/"+id+"/stream", nil, "last-event-id", strconv.Itoa(*last))
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNoContent {
		return true, nil
	}
	lines := bufio.NewReader(response.Body)
	var next event
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return false, nil // Broken off: the caller comes back.
		}
		name, value, _ := strings.Cut(strings.TrimRight(line, "\n"), ": ")
		switch name {
		case "event":
			next = event{kind: value}
		case "data":
			if err := json.Unmarshal([]byte(value), &next); err != nil {
				return false, err
			}
			*last = next.Seq
			if over, err := print(next); over || err != nil {
				return over, err
			}
		}
	}
}

func print(next event) (bool, error) {
	switch next.kind {
	case "delta":
		fmt.Print(next.Text)
	case "reset":
		fmt.Println("\n(it begins again)")
	case "end":
		fmt.Println()
		if next.Err != nil {
			return true, errors.New(next.Err.Message)
		}
		return true, nil
	}
	return false, nil
}

// call asks the gateway; what may succeed later is asked again, when the server says.
func call(method, path string, body []byte, header, value string) (*http.Response, error) {
	url := os.Getenv("LLMQ_URL")
	if url == "" {
		url = "http://localhost:8080"
	}
	for attempt := 1; ; attempt++ {
		request, err := http.NewRequest(method, url+path, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		request.Header.Set("content-type", "application/json")
		request.Header.Set(header, value)
		if key := os.Getenv("LLMQ_KEY"); key != "" {
			request.Header.Set("authorization", "Bearer "+key)
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil && response.StatusCode < 400 {
			return response, nil
		}
		wait := time.Duration(attempt) * 500 * time.Millisecond
		if err == nil {
			problem, _ := io.ReadAll(response.Body)
			response.Body.Close()
			err = fmt.Errorf("%s %s: %s", method, path, problem)
			seconds, unsaid := strconv.Atoi(response.Header.Get("retry-after"))
			if unsaid != nil {
				return nil, err
			}
			wait = time.Duration(seconds) * time.Second
		}
		if attempt == tries {
			return nil, err
		}
		time.Sleep(wait)
	}
}
