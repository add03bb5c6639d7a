import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Produces a petition to intake.CHANNEL, where only the channel's own account may: a CloudEvent in binary mode, keyed by the petition's id.
 * The tracking code follows from channel and external id, the petition's id from the code: so a repeat is the same petition.
 */
public class Submit {
    static final String ALPHABET = "23456789ACDEFGHJKMNPRTVWXY";
    static final String PETITION = """
        {"petition_id": "%s", "channel": "%s", "external_id": "%s", "text": "Đèn đường hỏng trước số 12 phố Huế",
         "location": {"address": "12 phố Huế"}, "submitted_at": "%s"}
        """;

    public static void main(String[] arguments) throws Exception {
        String channel = "sandbox", externalId = "example-kafka-java-1", now = Instant.now().toString();
        var code = trackingCode(channel, externalId);
        var id = HexFormat.of().formatHex(hmac("petition\0" + code)).substring(0, 26);
        var record = new ProducerRecord<>("intake." + channel, id, PETITION.formatted(id, channel, externalId, now));
        Map.of(
            "ce_specversion", "1.0", "ce_id", id + "-submitted", "ce_source", "example/kafka-java",
            "ce_type", "vn.hanoi.petition.submitted.v1", "ce_subject", id, "ce_time", now, "content-type", "application/json"
        ).forEach((name, text) -> record.headers().add(name, text.getBytes(UTF_8)));
        try (var producer = new KafkaProducer<>(connection(), new StringSerializer(), new StringSerializer())) {
            producer.send(record).get(); // only then Kafka has it
        }
        System.out.printf("{\"petition_id\": \"%s\", \"tracking_code\": \"%s\"}%n", id, code);
    }

    static Properties connection() {
        var settings = new Properties();
        settings.put("bootstrap.servers", System.getenv("KAFKA_BOOTSTRAP_SERVERS"));
        settings.put("acks", "all");
        var user = System.getenv("KAFKA_USERNAME");
        if (user != null) {
            settings.put("security.protocol", "SASL_PLAINTEXT");
            settings.put("sasl.mechanism", "SCRAM-SHA-512");
            settings.put("sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
                .formatted(user, System.getenv("KAFKA_PASSWORD")));
        }
        return settings;
    }

    static String trackingCode(String channel, String externalId) throws Exception {
        var digest = hmac("code\0" + channel + "\0external:" + externalId);
        var number = new BigInteger(1, Arrays.copyOf(digest, 16));
        var letters = new StringBuilder();
        int check = 13;
        for (int place = 0; place < 11; place++) {
            var parts = number.divideAndRemainder(BigInteger.valueOf(26));
            int letter = parts[1].intValue();
            number = parts[0];
            letters.append(ALPHABET.charAt(letter));
            check = (doubled(check) + letter) % 26; // ISO 7064 mod 27,26
        }
        letters.append(ALPHABET.charAt(Math.floorMod(1 - doubled(check), 26)));
        return letters.insert(8, '-').insert(4, '-').toString();
    }

    static int doubled(int check) {
        return (check == 0 ? 26 : check) * 2 % 27;
    }

    static byte[] hmac(String text) throws Exception {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(System.getenv("CHANNEL_SECRET").getBytes(UTF_8), "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }
}
