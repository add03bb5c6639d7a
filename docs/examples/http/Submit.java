import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Hands in a petition, again and again until it is taken: the same external_id is the same petition. */
public class Submit {
    static final String PETITION = """
        {"channel": "sandbox", "external_id": "example-java-1", "text": "Đèn đường hỏng trước số 12 phố Huế",
         "location": {"address": "12 phố Huế"}}
        """;

    public static void main(String[] arguments) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(System.getenv("PETITIONS_URL") + "/v1/petitions"))
            .header("X-API-Key", System.getenv("PETITIONS_KEY"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(PETITION))
            .build();
        var client = HttpClient.newHttpClient();
        while (true) {
            var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 202) {
                System.out.println(answer.body());
                return;
            }
            if (answer.statusCode() != 429 && answer.statusCode() != 503) {
                System.err.println(answer.body()); // what is wrong, with field and rule
                System.exit(1);
            }
            Thread.sleep(1000 * Long.parseLong(answer.headers().firstValue("Retry-After").orElse("1")));
        }
    }
}
