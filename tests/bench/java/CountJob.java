import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The job that engines are compared on: parse JSON, look up the key's state, write it, emit one event; exactly_once_v2. */
public final class CountJob {
    private static final String STORE = "counts";
    private static final int TEXT = 200;

    private CountJob() {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public static final class Petition {
        public String id;
        public String text = "";
    }

    public static final class State {
        public int count;
        public String text;
    }

    public record Event(String id, int count, long offset) {}

    private static final class Count implements Processor<byte[], byte[], byte[], byte[]> {
        private final ObjectMapper json = new ObjectMapper();
        private final ObjectReader petitions = json.readerFor(Petition.class);
        private final ObjectReader states = json.readerFor(State.class);
        private final ObjectWriter stateWriter = json.writerFor(State.class);
        private final ObjectWriter eventWriter = json.writerFor(Event.class);
        private ProcessorContext<byte[], byte[]> context;
        private KeyValueStore<byte[], byte[]> store;

        @Override
        public void init(ProcessorContext<byte[], byte[]> given) {
            context = given;
            store = given.getStateStore(STORE);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            try {
                Petition petition = petitions.readValue(record.value());
                byte[] raw = store.get(record.key());
                State state = raw == null ? new State() : states.readValue(raw);
                state.count += 1;
                state.text = petition.text.substring(0, Math.min(TEXT, petition.text.length()));
                store.put(record.key(), stateWriter.writeValueAsBytes(state));
                long offset = context.recordMetadata().orElseThrow().offset();
                context.forward(record.withValue(eventWriter.writeValueAsBytes(new Event(petition.id, state.count, offset))));
            } catch (IOException error) {
                throw new UncheckedIOException(error);
            }
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        KafkaStreams streams = new KafkaStreams(topology(), settings());
        streams.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        CountDownLatch stopped = new CountDownLatch(1);
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.ERROR) {
                Runtime.getRuntime().halt(1);
            }
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            streams.close(Duration.ofSeconds(10));
            stopped.countDown();
        }));
        streams.start();
        stopped.await();
    }

    private static Topology topology() {
        StoreBuilder<KeyValueStore<byte[], byte[]>> store =
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.ByteArray(), Serdes.ByteArray());
        if (Boolean.parseBoolean(System.getenv().getOrDefault("CACHING", "false"))) {
            store = store.withCachingEnabled();
        }
        return new Topology()
                .addSource("in", Serdes.ByteArray().deserializer(), Serdes.ByteArray().deserializer(), System.getenv("INPUT"))
                .addProcessor("count", Count::new, "in")
                .addStateStore(store, "count")
                .addSink("out", System.getenv("OUTPUT"), Serdes.ByteArray().serializer(), Serdes.ByteArray().serializer(), "count");
    }

    private static Properties settings() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, System.getenv("GROUP"));
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, System.getenv("KAFKA_BOOTSTRAP_SERVERS"));
        properties.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, System.getenv("KAFKA_SECURITY_PROTOCOL"));
        properties.put(SaslConfigs.SASL_MECHANISM, System.getenv("KAFKA_SASL_MECHANISM"));
        properties.put(SaslConfigs.SASL_JAAS_CONFIG, String.format(
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";",
                System.getenv("KAFKA_USERNAME"), System.getenv("KAFKA_PASSWORD")));
        properties.put(StreamsConfig.STATE_DIR_CONFIG, System.getenv("STATE_DIR"));
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, System.getenv().getOrDefault("THREADS", "2"));
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, "1");
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // As large as ours: the default of 16 KiB makes many small requests.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), "262144");
        String interval = System.getenv("COMMIT_INTERVAL_MS");
        if (interval != null) {
            properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, interval);
        }
        return properties;
    }
}
