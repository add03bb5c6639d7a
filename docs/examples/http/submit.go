// Hands in a petition, again and again until it is taken: the same external_id is the same petition.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const petition = `{"channel": "sandbox", "external_id": "example-go-1", "text": "Đèn đường hỏng trước số 12 phố Huế",
	"location": {"address": "12 phố Huế"}}`

func main() {
	for {
		status, wait, body := submit()
		if status == http.StatusAccepted {
			fmt.Println(body)
			return
		}
		if status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
			fmt.Fprintln(os.Stderr, body) // what is wrong, with field and rule
			os.Exit(1)
		}
		time.Sleep(wait)
	}
}

func submit() (int, time.Duration, string) {
	request, err := http.NewRequest("POST", os.Getenv("PETITIONS_URL")+"/v1/petitions", strings.NewReader(petition))
	check(err)
	request.Header.Set("X-API-Key", os.Getenv("PETITIONS_KEY"))
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(err)
	seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	if err != nil {
		seconds = 1
	}
	return answer.StatusCode, time.Duration(seconds) * time.Second, string(body)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
