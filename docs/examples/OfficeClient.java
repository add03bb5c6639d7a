import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * An office's own system, with kafka-clients and Jackson: reads the office's whole queue, accepts what is new, answers what it was told to.
 *
 * <p>Environment: KAFKA_BOOTSTRAP_SERVERS, KAFKA_USERNAME (office-so-xd), KAFKA_PASSWORD. Arguments: none, or PETITION TEXT EVIDENCE_URL.
 */
public final class OfficeClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private OfficeClient() {}

    /** A case as it is after its newest event, and that event's id. */
    private record Known(String event, JsonNode view) {}

    public static void main(String[] arguments) throws Exception {
        String office = System.getenv("KAFKA_USERNAME").substring("office-".length());
        Map<String, Known> cases = cases(office);
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(account(), new StringSerializer(), new StringSerializer())) {
            for (Map.Entry<String, Known> one : cases.entrySet()) {
                JsonNode view = one.getValue().view();
                if (office.equals(view.path("office").asText()) && "assigned".equals(view.path("state").asText())) {
                    ask(producer, office, one.getKey(), one.getValue().event(), JSON.createObjectNode().put("action", "accept"));
                }
            }
            if (arguments.length == 3) {
                ObjectNode answer = JSON.createObjectNode().put("action", "answer").put("result", "done").put("text", arguments[1]);
                answer.putArray("evidence_urls").add(arguments[2]);
                ask(producer, office, arguments[0], cases.get(arguments[0]).event(), answer);
            }
        }
    }

    /** How any client of Kafka comes in. Between machines: SASL_SSL, and a trust store where the authority is your own. */
    private static Properties account() {
        Properties found = new Properties();
        found.put("bootstrap.servers", System.getenv("KAFKA_BOOTSTRAP_SERVERS"));
        found.put("security.protocol", System.getenv().getOrDefault("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT"));
        found.put("sasl.mechanism", "SCRAM-SHA-512");
        found.put("sasl.jaas.config", String.format(
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";",
                System.getenv("KAFKA_USERNAME"), System.getenv("KAFKA_PASSWORD")));
        return found;
    }

    /** Every petition of the queue, from the first record that is kept to the present end; only committed ones. */
    private static Map<String, Known> cases(String office) throws Exception {
        Properties settings = account();
        settings.put("isolation.level", "read_committed");
        Map<String, Known> found = new HashMap<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            TopicPartition queue = new TopicPartition("queue." + office, 0);
            consumer.assign(List.of(queue));
            consumer.seekToBeginning(List.of(queue));
            long end = consumer.endOffsets(List.of(queue)).get(queue);
            while (consumer.position(queue) < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
                    String event = new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8);
                    found.put(record.key(), new Known(event, JSON.readTree(record.value()).path("case")));
                }
            }
        }
        return found;
    }

    /** Ask for an action; returns when Kafka has it. {@code after}: the event that it answers to. Asked twice, it happens once. */
    private static void ask(KafkaProducer<String, String> producer, String office, String petition, String after, ObjectNode what)
            throws Exception {
        String now = Instant.now().toString();
        what.put("petition_id", petition).put("requested_at", now);
        what.putObject("actor").put("role", "office").put("office", office);
        ProducerRecord<String, String> record = new ProducerRecord<>("actions." + office, petition, JSON.writeValueAsString(what));
        Map.of("ce_specversion", "1.0", "ce_id", after + "-" + what.get("action").asText(), "ce_source", office + "/own-system",
                "ce_type", "vn.hanoi.petition.action-requested.v1", "ce_subject", petition, "ce_time", now,
                "content-type", "application/json")
            .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        producer.send(record).get();
    }
}
